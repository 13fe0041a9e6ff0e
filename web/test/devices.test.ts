import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceAccessProblem, type DevicesToOpen, listDevices, openDevices, openScreen } from '../src/devices';
import { FakeStream } from './fakes';

const ANY: DevicesToOpen = { camera: { kind: 'default' }, microphone: { kind: 'default' } };
const getUserMedia = vi.fn<(constraints: MediaStreamConstraints) => Promise<MediaStream>>();
let found: Partial<MediaDeviceInfo>[];

function setNavigator(mediaDevices: unknown): void {
  Object.defineProperty(navigator, 'mediaDevices', { value: mediaDevices, configurable: true });
}

function setSecure(isSecure: boolean): void {
  Object.defineProperty(window, 'isSecureContext', { value: isSecure, configurable: true });
}

beforeEach(() => {
  found = [
    { kind: 'audioinput', deviceId: 'a1', label: 'Headset' },
    { kind: 'videoinput', deviceId: 'v1', label: '' },
    { kind: 'audiooutput', deviceId: 'o1', label: 'Speaker' },
    { kind: 'videoinput', deviceId: 'v2', label: 'USB camera' },
  ];
  getUserMedia.mockReset();
  setSecure(true);
  setNavigator({ getUserMedia, enumerateDevices: () => Promise.resolve(found) });
});

afterEach(() => {
  setNavigator(undefined);
});

describe('openDevices', () => {
  it('asks for 720p at 30 frames/s and for clean sound', async () => {
    const stream = new FakeStream().asMediaStream();
    getUserMedia.mockResolvedValue(stream);
    expect(await openDevices(ANY)).toBe(stream);
    expect(getUserMedia).toHaveBeenCalledWith({
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  });

  it('asks for exactly the devices that were chosen', async () => {
    await openDevices({ camera: { kind: 'device', deviceId: 'v2' }, microphone: { kind: 'none' } });
    const constraints = getUserMedia.mock.calls[0]?.[0];
    expect(constraints?.video).toMatchObject({ deviceId: { exact: 'v2' } });
    expect(constraints?.audio).toBe(false);
  });

  it('refuses to open nothing', async () => {
    await expect(openDevices({ camera: { kind: 'none' }, microphone: { kind: 'none' } })).rejects.toThrow(/Choose a camera or a microphone/);
    expect(getUserMedia).not.toHaveBeenCalled();
  });

  it('names the device that the machine does not have', async () => {
    found = found.filter((device) => device.kind !== 'videoinput');
    getUserMedia.mockRejectedValue(new DOMException('Requested device not found', 'NotFoundError'));
    await expect(openDevices(ANY)).rejects.toThrow(/^No camera was found/);
  });

  it('explains an insecure page', async () => {
    setNavigator(undefined);
    setSecure(false);
    await expect(openDevices(ANY)).rejects.toThrow(/plain HTTP from another machine/);
  });
});

describe('deviceAccessProblem', () => {
  it('is none where devices can be asked for', () => {
    expect(deviceAccessProblem()).toBeNull();
  });

  it('tells an old browser from an insecure page', () => {
    setNavigator(undefined);
    expect(deviceAccessProblem()).toMatch(/no access to cameras/);
    setSecure(false);
    expect(deviceAccessProblem()).toMatch(/https:/);
    expect(deviceAccessProblem('https://gateway.example:8443/')).toMatch(/Open https:\/\/gateway\.example:8443\/ .*certificate.*Proceed/);
  });
});

describe('listDevices', () => {
  it('sorts by kind and numbers what has no name', async () => {
    expect(await listDevices()).toEqual({
      cameras: [{ deviceId: 'v1', label: 'Camera 1' }, { deviceId: 'v2', label: 'USB camera' }],
      microphones: [{ deviceId: 'a1', label: 'Headset' }],
    });
  });

  it('is empty where the browser tells nothing', async () => {
    setNavigator({ getUserMedia, enumerateDevices: () => Promise.reject(new Error('no')) });
    expect(await listDevices()).toEqual({ cameras: [], microphones: [] });
    setNavigator(undefined);
    expect(await listDevices()).toEqual({ cameras: [], microphones: [] });
  });
});

describe('openScreen', () => {
  const getDisplayMedia = vi.fn<() => Promise<MediaStream>>();

  it('asks for picture and sound', async () => {
    const stream = new FakeStream().asMediaStream();
    getDisplayMedia.mockResolvedValue(stream);
    setNavigator({ getUserMedia, getDisplayMedia });
    expect(await openScreen()).toBe(stream);
    expect(getDisplayMedia).toHaveBeenCalledWith({ video: { frameRate: { ideal: 30 } }, audio: true });
  });

  it('says that nothing was chosen', async () => {
    getDisplayMedia.mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'));
    setNavigator({ getUserMedia, getDisplayMedia });
    await expect(openScreen()).rejects.toThrow(/No screen was chosen/);
  });

  it('says that this browser has no such thing', async () => {
    await expect(openScreen()).rejects.toThrow(/does not let web pages show the screen/);
  });
});
