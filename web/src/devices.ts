import { captureFailure, insecurePage, NO_DEVICE_ACCESS, NO_SCREEN_ACCESS, NOTHING_CHOSEN, PlainError, screenFailure } from './reasons';
import type { DeviceChoice } from './types';

/** A camera or microphone to choose from. */
export interface DeviceOption {
  readonly deviceId: string;
  /** The device's own name, or a number while the browser keeps the name back. */
  readonly label: string;
}

/** The cameras and microphones of this machine. */
export interface DeviceList {
  readonly cameras: readonly DeviceOption[];
  readonly microphones: readonly DeviceOption[];
}

/** The devices to open. */
export interface DevicesToOpen {
  readonly camera: DeviceChoice;
  readonly microphone: DeviceChoice;
}

/** Says in words why this page can never open a device; null: nothing speaks against it. `securePage`: where it can. */
export function deviceAccessProblem(securePage: string | null = null): string | null {
  if (hasMediaDevices()) {
    return null;
  }

  return window.isSecureContext ? NO_DEVICE_ACCESS : insecurePage(securePage);
}

/** Whether this browser lets pages show the screen. */
export function canShareScreen(): boolean {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  const getDisplayMedia: MediaDevices['getDisplayMedia'] | undefined = devices?.getDisplayMedia;
  return getDisplayMedia !== undefined;
}

/** Lets the person choose a screen, a window or a tab, with its sound where the browser offers it. Throws `PlainError`. */
export async function openScreen(): Promise<MediaStream> {
  if (!canShareScreen()) {
    throw new PlainError(deviceAccessProblem() ?? NO_SCREEN_ACCESS);
  }

  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: true });
  } catch (error) {
    throw new PlainError(screenFailure(error), { cause: error });
  }
}

/** Opens camera and microphone; the caller owns the tracks. Throws `PlainError`. */
export async function openDevices(selection: DevicesToOpen): Promise<MediaStream> {
  const problem = deviceAccessProblem();
  if (problem !== null) {
    throw new PlainError(problem);
  }

  const wantsCamera = selection.camera.kind !== 'none';
  const wantsMicrophone = selection.microphone.kind !== 'none';
  if (!wantsCamera && !wantsMicrophone) {
    throw new PlainError(NOTHING_CHOSEN);
  }

  try {
    return await navigator.mediaDevices.getUserMedia(constraintsFor(selection));
  } catch (error) {
    const { cameras, microphones } = await listDevices();
    const hasCamera = cameras.length > 0;
    const hasMicrophone = microphones.length > 0;
    throw new PlainError(captureFailure(error, { wantsCamera, wantsMicrophone, hasCamera, hasMicrophone }), { cause: error });
  }
}

/** The devices that the browser tells about: before the first permission, at most one of each kind and without its name. */
export async function listDevices(): Promise<DeviceList> {
  if (!hasMediaDevices()) {
    return { cameras: [], microphones: [] };
  }

  const devices = await navigator.mediaDevices.enumerateDevices().catch((): MediaDeviceInfo[] => []);
  return {
    cameras: options(devices, 'videoinput', 'Camera'),
    microphones: options(devices, 'audioinput', 'Microphone'),
  };
}

/** Calls back whenever a device comes or goes. */
export function onDevicesChanged(listener: () => void): void {
  if (hasMediaDevices()) {
    navigator.mediaDevices.addEventListener('devicechange', listener);
  }
}

function constraintsFor(selection: DevicesToOpen): MediaStreamConstraints {
  const { camera, microphone } = selection;
  return {
    video: camera.kind !== 'none' && {
      ...exactly(camera),
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30 },
    },
    audio: microphone.kind !== 'none' && {
      ...exactly(microphone),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  };
}

function exactly(choice: DeviceChoice): MediaTrackConstraints {
  return choice.kind === 'device' ? { deviceId: { exact: choice.deviceId } } : {};
}

function options(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind, noun: string): DeviceOption[] {
  return devices
    .filter((device) => device.kind === kind)
    .map((device, index) => ({ deviceId: device.deviceId, label: device.label || `${noun} ${index + 1}` }));
}

/** The browser leaves `mediaDevices` out of insecure pages, whatever the type library says. */
function hasMediaDevices(): boolean {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  return devices?.getUserMedia !== undefined;
}
