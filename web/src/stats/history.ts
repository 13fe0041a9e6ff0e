/** How many seconds a graph shows. */
export const HISTORY_SECONDS = 60;

/** The figures of the last minute, one a second; null: not known at that time. */
export class History {
  private values: readonly (number | null)[] = [];

  add(value: number | null): void {
    this.values = [...this.values, value].slice(-HISTORY_SECONDS);
  }

  clear(): void {
    this.values = [];
  }

  /**
   * The lines of a graph of this size, as attribute `d` of an SVG path: the newest value is at the right edge, gaps stay gaps, and
   * the scale goes from the least (or 0, if that is less) to the greatest value.
   */
  path(width: number, height: number): string {
    const known = this.values.filter((value) => value !== null);
    const low = Math.min(0, ...known);
    const span = Math.max(...known, low) - low || 1;
    const step = width / (HISTORY_SECONDS - 1);
    const left = width - step * (this.values.length - 1);
    let pen = 'M';
    let path = '';
    this.values.forEach((value, index) => {
      if (value === null) {
        pen = 'M';
        return;
      }

      const y = height - ((value - low) / span) * height;
      path += `${pen}${rounded(left + index * step)} ${rounded(y)}`;
      pen = 'L';
    });
    return path;
  }
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
