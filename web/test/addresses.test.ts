import { describe, expect, it } from 'vitest';
import { defaultServerAddress, hubUrl, pageFolder, rtmpsServer, rtmpUrl, securePage } from '../src/addresses';
import { SERVER } from './fakes';

const PAGE = new URL('http://gateway.example:8080/');

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

  it('leaves out the parameters that are meant for the page', () => {
    const page = new URL('http://gateway.example:8080/?play=a&token=x&muted&controls=0&autoplay=1&publish=b&p%6cay=c');
    expect(hubUrl('ws://host:8080', page)).toBe('http://host:8080/signaling?token=x');
    expect(hubUrl('ws://host:8080', new URL('http://gateway.example:8080/?play=a'))).toBe('http://host:8080/signaling');
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

describe('rtmpsServer', () => {
  it('is there when the gateway has such a port', () => {
    expect(rtmpsServer(SERVER, PAGE)).toBeNull();
    expect(rtmpsServer({ ...SERVER, rtmpsPort: 1936 }, PAGE)).toBe('rtmps://gateway.example:1936/live');
  });
});

describe('pageFolder', () => {
  const mediaAddresses = ['127.0.0.1:8000/udp', '203.0.113.7:8000/udp'];

  it('is that of the page', () => {
    expect(pageFolder({ ...SERVER, mediaAddresses }, new URL('https://media.example/gateway/index.html?x=1#y'))).toBe('https://media.example/gateway/');
  });

  it.each(['http://localhost:8080/', 'http://127.0.0.1:8080/', 'https://[::1]:8443/'])('has an address for other devices when the page is %s', (page) => {
    expect(pageFolder({ ...SERVER, mediaAddresses }, new URL(page))).toBe('http://203.0.113.7:8080/');
    expect(pageFolder({ ...SERVER, mediaAddresses: ['[2001:db8::1]:8000/udp'] }, new URL(page))).toBe('http://[2001:db8::1]:8080/');
  });

  it('stays local when the gateway has no other address', () => {
    expect(pageFolder({ ...SERVER, mediaAddresses: ['127.0.0.1:8000/udp'] }, new URL('http://localhost:8080/'))).toBe('http://localhost:8080/');
  });
});

describe('securePage', () => {
  const server = { ...SERVER, httpsPort: 8443 };

  it('is the same page on the gateway’s HTTPS port', () => {
    expect(securePage(server, new URL('http://gateway.example:8080/?publish=a'))).toBe('https://gateway.example:8443/?publish=a');
  });

  it('is none where the page is secure already, or there is no such port', () => {
    expect(securePage(server, new URL('https://gateway.example/'))).toBeNull();
    expect(securePage(server, new URL('http://localhost:8080/'))).toBeNull();
    expect(securePage(SERVER, PAGE)).toBeNull();
  });
});
