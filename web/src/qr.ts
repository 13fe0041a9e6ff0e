import qrcode from 'qrcode-generator';

/** A QR code, to be drawn in a square of `size` units; `path` is attribute `d` of an SVG path that fills its dark squares. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

/** The quiet zone that readers need around a code, in modules (ISO/IEC 18004). */
const MARGIN = 4;

/** Makes the code of a text; null: the text is too long for one. */
export function qrCode(text: string): QrCode | null {
  const code = qrcode(0, 'M');
  try {
    code.addData(text);
    code.make();
  } catch {
    return null;
  }

  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      path += code.isDark(row, column) ? `M${column + MARGIN} ${row + MARGIN}h1v1h-1z` : '';
    }
  }

  return { size: count + 2 * MARGIN, path };
}
