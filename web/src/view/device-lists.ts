import type { DeviceList, DeviceOption } from '../devices';
import type { DeviceChoice, DeviceSelection, PictureChoice } from '../types';

/** Values of the device lists that are no device. */
const ANY_DEVICE = '';
const NO_DEVICE = 'none';
const SCREEN = 'screen';
const DEVICE_PREFIX = 'id:';

/** The lists of cameras and microphones. */
export class DeviceLists {
  private selected: DeviceSelection;

  constructor(
    private readonly cameras: HTMLSelectElement,
    private readonly microphones: HTMLSelectElement,
    private readonly offersScreen: boolean,
    changed: () => void,
  ) {
    this.show({ cameras: [], microphones: [] });
    this.selected = this.selection;
    cameras.addEventListener('change', changed);
    microphones.addEventListener('change', changed);
  }

  get selection(): DeviceSelection {
    return { camera: pictureOf(this.cameras.value), microphone: choiceOf(this.microphones.value) };
  }

  show(devices: DeviceList): void {
    fill(this.cameras, 'camera', devices.cameras, this.offersScreen ? [new Option('Share the screen…', SCREEN)] : []);
    fill(this.microphones, 'microphone', devices.microphones, []);
  }

  /** While a stream runs, its devices can be changed, but none can be added or taken away. Null: no stream. */
  follow(sent: { readonly video: boolean; readonly audio: boolean } | null): void {
    lock(this.cameras, sent?.video ?? null);
    lock(this.microphones, sent?.audio ?? null);
  }

  /** What is chosen is in force. */
  keep(): void {
    this.selected = this.selection;
  }

  /** Back to what is in force. */
  revert(): void {
    this.cameras.value = valueOf(this.selected.camera);
    this.microphones.value = valueOf(this.selected.microphone);
  }
}

function lock(list: HTMLSelectElement, isSent: boolean | null): void {
  list.disabled = isSent === false;
  for (const option of list.options) {
    option.disabled = option.value === NO_DEVICE && isSent === true;
  }
}

/** Fills a list anew, keeping what was chosen as long as it is there. */
function fill(list: HTMLSelectElement, noun: string, devices: readonly DeviceOption[], others: readonly HTMLOptionElement[]): void {
  const chosen = list.value;
  const isNoneLocked = [...list.options].some((option) => option.value === NO_DEVICE && option.disabled);
  const none = new Option(`No ${noun}`, NO_DEVICE);
  none.disabled = isNoneLocked;
  list.replaceChildren(
    new Option('Default', ANY_DEVICE),
    ...devices.filter(({ deviceId }) => deviceId !== '').map(({ label, deviceId }) => new Option(label, DEVICE_PREFIX + deviceId)),
    ...others,
    none,
  );
  list.value = [...list.options].some((option) => option.value === chosen) ? chosen : ANY_DEVICE;
}

function pictureOf(value: string): PictureChoice {
  return value === SCREEN ? { kind: 'screen' } : choiceOf(value);
}

function choiceOf(value: string): DeviceChoice {
  switch (value) {
    case ANY_DEVICE:
      return { kind: 'default' };
    case NO_DEVICE:
      return { kind: 'none' };
    default:
      return { kind: 'device', deviceId: value.slice(DEVICE_PREFIX.length) };
  }
}

function valueOf(choice: PictureChoice): string {
  switch (choice.kind) {
    case 'default':
      return ANY_DEVICE;
    case 'none':
      return NO_DEVICE;
    case 'screen':
      return SCREEN;
    case 'device':
      return DEVICE_PREFIX + choice.deviceId;
  }
}
