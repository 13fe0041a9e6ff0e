import type { DeviceList, DeviceOption } from './devices';
import { figuresInWords, statusOfConnection, statusOfPublisher, type StatusText } from './wording';
import type { ConnectionState, DeviceChoice, DeviceSelection, LiveFigures, PublisherState } from './types';

/** Values of the device lists that are no device. */
const ANY_DEVICE = '';
const NO_DEVICE = 'none';
const DEVICE_PREFIX = 'id:';

const COPIED_MILLISECONDS = 2000;
const SELECTED_MILLISECONDS = 10_000;

/** What the person at the page does. */
export interface ViewListener {
  connectionPressed(): void;
  connectRequested(): void;
  publishPressed(): void;
  publishRequested(): void;
  streamNameEdited(): void;
}

/** The page's elements. Text from outside reaches them as text alone, never as markup. */
export class View {
  private readonly notice = element('notice', HTMLElement);
  private readonly serverAddressField = element('server-address', HTMLInputElement);
  private readonly connectionButton = element('connection-button', HTMLButtonElement);
  private readonly connectionStatus = element('connection-status', HTMLElement);
  private readonly preview = element('preview', HTMLVideoElement);
  private readonly previewBlank = element('preview-blank', HTMLElement);
  private readonly previewBlankText = element('preview-blank-text', HTMLElement);
  private readonly streamNameField = element('stream-name', HTMLInputElement);
  private readonly streamNameProblem = element('stream-name-problem', HTMLElement);
  private readonly cameraList = element('camera', HTMLSelectElement);
  private readonly microphoneList = element('microphone', HTMLSelectElement);
  private readonly publishButton = element('publish-button', HTMLButtonElement);
  private readonly publishStatus = element('publish-status', HTMLElement);
  private readonly watch = element('watch', HTMLElement);
  private readonly rtmpUrl = element('rtmp-url', HTMLElement);
  private readonly rtmpHintBefore = element('rtmp-hint-before', HTMLElement);
  private readonly copyButton = element('copy-button', HTMLButtonElement);
  private readonly copyReport = element('copy-report', HTMLElement);
  private readonly version = element('version', HTMLElement);
  private copiedTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: ViewListener) {
    onClick(this.connectionButton, () => listener.connectionPressed());
    onSubmit(element('connection-form', HTMLFormElement), () => listener.connectRequested());
    onClick(this.publishButton, () => listener.publishPressed());
    onSubmit(element('publish-form', HTMLFormElement), () => listener.publishRequested());
    this.streamNameField.addEventListener('input', () => listener.streamNameEdited());
    this.copyButton.addEventListener('click', () => void this.copyRtmpUrl());
    this.showDevices({ cameras: [], microphones: [] });
  }

  get serverAddress(): string {
    return this.serverAddressField.value;
  }

  set serverAddress(address: string) {
    this.serverAddressField.value = address;
  }

  get streamName(): string {
    return this.streamNameField.value.trim();
  }

  set streamName(name: string) {
    this.streamNameField.value = name;
  }

  get devices(): DeviceSelection {
    return { camera: choiceOf(this.cameraList.value), microphone: choiceOf(this.microphoneList.value) };
  }

  showNotice(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  showConnection(state: ConnectionState): void {
    const isDown = state.kind === 'disconnected' || state.kind === 'failed';
    this.connectionButton.textContent = isDown ? 'Connect' : 'Disconnect';
    this.serverAddressField.readOnly = !isDown;
    this.version.textContent = state.kind === 'established' ? `MediaGateway ${state.server.version}` : '';
    showStatus(this.connectionStatus, statusOfConnection(state));
  }

  showServerAddressProblem(problem: string | null): void {
    this.serverAddressField.setAttribute('aria-invalid', String(problem !== null));
    if (problem !== null) {
      showStatus(this.connectionStatus, { word: 'FAILED', detail: problem, tone: 'bad' });
      this.serverAddressField.focus();
    }
  }

  showPublisher(state: PublisherState, canPublish: boolean): void {
    const isBusy = state.kind === 'starting' || state.kind === 'publishing' || state.kind === 'stopping';
    this.publishButton.textContent = isBusy ? 'Stop' : 'Publish';
    this.publishButton.dataset['action'] = isBusy ? 'stop' : 'publish';
    // A disabled button would lose the focus; while stopping, a press does nothing anyway.
    this.publishButton.setAttribute('aria-disabled', String(state.kind === 'stopping'));
    this.publishButton.disabled = !isBusy && !canPublish;
    this.streamNameField.readOnly = isBusy;
    this.cameraList.disabled = isBusy;
    this.microphoneList.disabled = isBusy;
    showStatus(this.publishStatus, statusOfPublisher(state));
  }

  /** Says beside the field what is wrong with the name that is being typed. */
  showStreamNameProblem(problem: string | null): void {
    this.streamNameField.setAttribute('aria-invalid', String(problem !== null));
    this.streamNameProblem.textContent = problem ?? '';
    this.streamNameProblem.hidden = problem === null;
  }

  /** Leads the person to the name that was refused; the status says why. */
  refuseStreamName(): void {
    this.showStreamNameProblem(null);
    this.streamNameField.setAttribute('aria-invalid', 'true');
    this.streamNameField.focus();
  }

  /** Shows the address under which the stream is found, or will be; null: there is none. */
  showRtmpUrl(url: string | null, isPublishing: boolean): void {
    if (this.rtmpUrl.textContent !== (url ?? '')) {
      this.rtmpUrl.replaceChildren(...breakableAfterSlashes(url ?? ''));
    }

    this.watch.hidden = url === null;
    this.rtmpHintBefore.hidden = isPublishing;
  }

  showPreview(stream: MediaStream | null): void {
    const hasPicture = stream !== null && stream.getVideoTracks().length > 0;
    this.preview.srcObject = stream;
    this.previewBlank.hidden = hasPicture;
    this.previewBlankText.textContent = stream === null ? 'Your camera appears here once you publish.' : 'Sending sound only.';
  }

  showFigures(figures: LiveFigures): void {
    const texts = figuresInWords(figures);
    element('stat-resolution', HTMLElement).textContent = texts.resolution;
    element('stat-fps', HTMLElement).textContent = texts.framesPerSecond;
    element('stat-bitrate', HTMLElement).textContent = texts.bitrate;
    element('stat-loss', HTMLElement).textContent = texts.loss;
    element('stat-rtt', HTMLElement).textContent = texts.roundTrip;
  }

  showDevices(devices: DeviceList): void {
    fillList(this.cameraList, 'camera', devices.cameras);
    fillList(this.microphoneList, 'microphone', devices.microphones);
  }

  private async copyRtmpUrl(): Promise<void> {
    const copied = await copyText(this.rtmpUrl);
    this.copyButton.textContent = copied ? 'Copied' : 'Selected';
    this.copyReport.classList.toggle('visually-hidden', copied); // The button says it already.
    this.copyReport.textContent = copied
      ? 'RTMP address copied.'
      : 'This browser does not let the page copy. The address is selected: press Ctrl+C.';
    clearTimeout(this.copiedTimer);
    this.copiedTimer = setTimeout(() => {
      this.copyButton.textContent = 'Copy';
      this.copyReport.textContent = '';
    }, copied ? COPIED_MILLISECONDS : SELECTED_MILLISECONDS);
  }
}

/** The second click of a double click must not undo the first: these buttons change their meaning under the pointer. */
function onClick(button: HTMLButtonElement, pressed: () => void): void {
  button.addEventListener('click', (event) => {
    if (event.detail <= 1) {
      pressed();
    }
  });
}

function onSubmit(form: HTMLFormElement, submitted: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submitted();
  });
}

function showStatus(status: HTMLElement, text: StatusText): void {
  const word = child(status, '.word');
  const detail = child(status, '.detail');
  status.dataset['tone'] = text.tone;
  word.textContent = text.word;
  detail.textContent = text.detail === null ? '' : ` ${text.detail}`; // The space parts the two for readers of the text alone.
  detail.hidden = text.detail === null;
}

/** The same text, which a narrow page may break between its parts. */
function breakableAfterSlashes(text: string): Node[] {
  return text
    .split(/(?<=\/)(?=[^/])/)
    .flatMap((part, index) => (index === 0 ? [new Text(part)] : [document.createElement('wbr'), new Text(part)]));
}

/** Fills a list anew, keeping what was chosen as long as it is there. */
function fillList(list: HTMLSelectElement, noun: string, devices: readonly DeviceOption[]): void {
  const chosen = list.value;
  const named = devices.filter((device) => device.deviceId !== '');
  list.replaceChildren(
    new Option('Default', ANY_DEVICE),
    ...named.map((device) => new Option(device.label, DEVICE_PREFIX + device.deviceId)),
    new Option(`No ${noun}`, NO_DEVICE),
  );
  list.value = [...list.options].some((option) => option.value === chosen) ? chosen : ANY_DEVICE;
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

/** Insecure pages have no clipboard: then the text is selected at least. */
async function copyText(source: HTMLElement): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  try {
    if (clipboard !== undefined) {
      await clipboard.writeText(source.textContent ?? '');
      return true;
    }
  } catch {
    // Refused by the browser: select instead.
  }

  getSelection()?.selectAllChildren(source);
  return false;
}

function element<Kind extends HTMLElement>(id: string, kind: abstract new (...data: never[]) => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new Error(`The page lacks #${id}.`);
  }

  return found;
}

function child(parent: HTMLElement, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) {
    throw new Error(`#${parent.id} lacks ${selector}.`);
  }

  return found;
}
