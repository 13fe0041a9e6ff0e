import { describe, expect, it } from 'vitest';
import { defaultServerAddress, hubUrl, rtmpUrl } from '../src/addresses';
import type { ServerInformation } from '../src/types';

const PAGE = new URL('http://gateway.example:8080/');
const SERVER: ServerInformation = { version: '1.0', rtmpHost: null, rtmpPort: 1935, application: 'live' };

describe('defaultServerAddress', () => {
  it.each([
    ['http://127.0.0.1:8080/', 'ws://127.0.0.1:8080'],
    ['https://media.example/', 'wss://media.example'],
    ['https://media.example:8443/index.html?token=1#x', 'wss://media.example:8443'],
    ['https://media.example/gateway/', 'wss://media.example/gateway'],
    ['http://[::1]:8080/', 'ws://[::1]:8080'],
  ])('of %s is %s', (page, expected) => {
    expect(defaultServerAddress(new URL(page))).toBe(expected);
  });
});

describe('hubUrl', () => {
  it.each([
    ['ws://host:8080', 'http://host:8080/signaling'],
    ['wss://host:8443/', 'https://host:8443/signaling'],
    ['WSS://host', 'https://host/signaling'],
    ['http://host:8080', 'http://host:8080/signaling'],
    ['https://host/gateway', 'https://host/gateway/signaling'],
    ['  host:8080 ', 'http://host:8080/signaling'],
    ['ws://host:8080/?x=1#y', 'http://host:8080/signaling'],
    ['ws://[::1]:8080', 'http://[::1]:8080/signaling'],
  ])('of %s is %s', (address, expected) => {
    expect(hubUrl(address, PAGE)).toBe(expected);
  });

  it('takes the parameters of the page along', () => {
    const page = new URL('http://gateway.example:8080/?c1=a%20b&token=x#y');
    expect(hubUrl('ws://host:8080', page)).toBe('http://host:8080/signaling?c1=a%20b&token=x');
  });

  it('of a bare host is secure on a secure page', () => {
    expect(hubUrl('host', new URL('https://page.example/'))).toBe('https://host/signaling');
  });

  it.each(['', '   ', 'ftp://host', 'ws://', 'ws://host:99999', 'javascript://x', 'two words'])('refuses %j', (address) => {
    expect(hubUrl(address, PAGE)).toBeNull();
  });

  it('finds again what the page was prefilled with', () => {
    expect(hubUrl(defaultServerAddress(PAGE), PAGE)).toBe('http://gateway.example:8080/signaling');
  });
});

describe('rtmpUrl', () => {
  it('takes the host of the page when the gateway names none', () => {
    expect(rtmpUrl(SERVER, '7f3c', PAGE)).toBe('rtmp://gateway.example:1935/live/7f3c');
  });

  it('takes host, port and application from the gateway', () => {
    const server = { ...SERVER, rtmpHost: '203.0.113.5', rtmpPort: 21935, application: 'tv' };
    expect(rtmpUrl(server, 'a', PAGE)).toBe('rtmp://203.0.113.5:21935/tv/a');
  });

  it.each(['2001:db8::1', '[2001:db8::1]'])('puts an IPv6 host (%s) into brackets once', (rtmpHost) => {
    expect(rtmpUrl({ ...SERVER, rtmpHost }, 'a', PAGE)).toBe('rtmp://[2001:db8::1]:1935/live/a');
  });

  it('keeps the brackets of an IPv6 page', () => {
    expect(rtmpUrl(SERVER, 'a', new URL('http://[::1]:8080/'))).toBe('rtmp://[::1]:1935/live/a');
  });
});
