import type { ConnectionState } from '../types';
import { statusOfConnection } from '../wording';
import { element, onClick, onSubmit, showOptional, showStatus } from './elements';

/** The row of the server address. */
export class ConnectionView {
  private readonly notice = element('notice', HTMLElement);
  private readonly addressField = element('server-address', HTMLInputElement);
  private readonly button = element('connection-button', HTMLButtonElement);
  private readonly status = element('connection-status', HTMLElement);
  private readonly version = element('version', HTMLElement);

  constructor(listener: { connectionPressed(): void; connectRequested(): void }) {
    onClick(this.button, () => listener.connectionPressed());
    onSubmit(element('connection-form', HTMLFormElement), () => listener.connectRequested());
  }

  get serverAddress(): string {
    return this.addressField.value;
  }

  set serverAddress(address: string) {
    this.addressField.value = address;
  }

  /** Something that concerns the whole page; null: nothing. */
  showNotice(text: string | null): void {
    showOptional(this.notice, text);
  }

  show(state: ConnectionState): void {
    const isDown = state.kind === 'disconnected' || state.kind === 'failed';
    this.button.textContent = isDown ? 'Connect' : 'Disconnect';
    this.addressField.readOnly = !isDown;
    this.version.textContent = state.kind === 'established' ? `MediaGateway ${state.server.version}` : '';
    showStatus(this.status, statusOfConnection(state));
  }

  showAddressProblem(problem: string | null): void {
    this.addressField.setAttribute('aria-invalid', String(problem !== null));
    if (problem !== null) {
      showStatus(this.status, { word: 'FAILED', detail: problem, tone: 'bad' });
      this.addressField.focus();
    }
  }
}
