/** Pixel widths for what agents log; other fields get a middling one. */
const WIDTHS: Partial<Record<string, number>> = {
  severity: 90,
  agent_name: 168,
  event_type: 176,
  'metadata.correlation_id': 290,
  'metadata.task_id': 290,
};
const OTHER_WIDTH = 170;
const CHEVRON_WIDTH = 26;
const TIME_WIDTH = 176;
const MIN_LAST_WIDTH = 320;

export interface GridLayout {
  template: string;
  minWidth: number;
}

/** The last column takes what is left, and the table scrolls sideways before it gets too narrow. */
export function gridLayout(columns: readonly string[]): GridLayout {
  const fixed = columns.slice(0, -1).map((name) => WIDTHS[name] ?? OTHER_WIDTH);
  const sizes = [CHEVRON_WIDTH, TIME_WIDTH, ...fixed];
  return {
    template: `${sizes.map((size) => `${size}px`).join(' ')} minmax(${MIN_LAST_WIDTH}px, 1fr)`,
    minWidth: sizes.reduce((sum, size) => sum + size, MIN_LAST_WIDTH),
  };
}
