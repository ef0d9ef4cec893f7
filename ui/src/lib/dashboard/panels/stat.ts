import type { Scheme } from '../../chart/palette';
import { displayer, type Display } from '../field/display';
import { inkOn } from '../field/gradient';
import { numberAt, type Frame } from '../frames/frame';
import { flag, text } from '../model/read';
import type { Panel } from '../model/types';
import { reducer } from '../reduce/reducers';
import { reducedValues, type Reduced } from '../reduce/values';

/** One number of a stat panel with everything around it. */
export interface StatTile {
  name: string;
  display: Display;
  showName: boolean;
  showValue: boolean;
  /** Behind the number, where the panel colours its background. */
  background: string | undefined;
  ink: string;
  line: (number | null)[] | null;
  /** How much the value has changed in the range, where the panel shows it. */
  change: string | null;
}

export function statTiles(frames: readonly Frame[], panel: Panel, scheme: Scheme): StatTile[] {
  const { options } = panel;
  const values = reducedValues(frames, options.reduceOptions);
  const textMode = text(options.textMode, 'auto');
  const colorMode = text(options.colorMode, 'value');
  const showName =
    textMode === 'auto' ? values.length > 1 : textMode === 'name' || textMode === 'value_and_name';
  return values.map((reduced, index) => {
    const display = displayer(reduced.field, { scheme, index, name: reduced.name })(reduced.value);
    const filled = colorMode === 'background' || colorMode === 'background_solid';
    return {
      name: reduced.name,
      display,
      showName,
      showValue: textMode !== 'name' && textMode !== 'none',
      background: filled ? display.color : undefined,
      ink: filled ? inkOn(display.color) : colorMode === 'value' ? display.color : 'var(--text)',
      line: text(options.graphMode, 'area') === 'area' ? lineOf(reduced) : null,
      change: flag(options.showPercentChange) ? changeOf(reduced) : null,
    };
  });
}

function lineOf({ history }: Reduced): (number | null)[] | null {
  return history.length < 2 ? null : history.map((_, index) => numberAt(history, index));
}

function changeOf({ history }: Reduced): string | null {
  const share = reducer('diffperc')(history);
  if (typeof share !== 'number' || !Number.isFinite(share)) return null;
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
}
