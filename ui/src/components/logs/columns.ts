interface Width {
  /** Pixels below which the table rather scrolls sideways. */
  min: number;
  max: number;
}

/** Widths for what agents log; other fields get a middling one. */
const WIDTHS: Partial<Record<string, Width>> = {
  severity: { min: 90, max: 90 },
  agent_name: { min: 118, max: 168 },
  event_type: { min: 118, max: 176 },
  'metadata.correlation_id': { min: 160, max: 290 },
  'metadata.task_id': { min: 160, max: 290 },
};
const OTHER_WIDTH: Width = { min: 110, max: 170 };
const CHEVRON_WIDTH = 26;
const TIME_WIDTH = 176;
const MIN_LAST_WIDTH = 260;

export interface GridLayout {
  template: string;
  minWidth: number;
}

/** The last column takes what is left, and the table scrolls sideways before it gets too narrow. */
export function gridLayout(columns: readonly string[]): GridLayout {
  const fixed = columns.slice(0, -1).map((name) => WIDTHS[name] ?? OTHER_WIDTH);
  const given = fixed.map(({ min, max }) => `minmax(${min}px, ${max}px)`).join(' ');
  return {
    template: `${CHEVRON_WIDTH}px ${TIME_WIDTH}px ${given} minmax(${MIN_LAST_WIDTH}px, 1fr)`,
    minWidth: fixed.reduce((sum, { min }) => sum + min, CHEVRON_WIDTH + TIME_WIDTH + MIN_LAST_WIDTH),
  };
}
