import uPlot from 'uplot';
import type { TimeSpan, ValueAxis } from '../types';
import { isLog } from './plotData';

/** Ten minutes around a lone instant, so that there is an axis at all. */
const LONE_INSTANT_MS = 300_000;

export function timeScale(x: () => readonly number[], span: () => TimeSpan | undefined): uPlot.Scale {
  return {
    time: true,
    range: () => {
      const given = span();
      if (given && given.to > given.from) return [given.from, given.to];
      const first = x()[0] ?? Date.now();
      const last = x().at(-1) ?? first;
      return last > first ? [first, last] : [first - LONE_INSTANT_MS, last + LONE_INSTANT_MS];
    },
  };
}

export function valueScale(axis: ValueAxis): uPlot.Scale {
  if (isLog(axis)) {
    const log = axis.scale === 'log2' ? 2 : 10;
    return {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enums exist as types alone
      distr: 3,
      log,
      range: (_plot, min, max) => {
        const [low, high] = uPlot.rangeLog(orElse(min, 1), orElse(max, log), log, true);
        return [positive(axis.min) ?? low, positive(axis.max) ?? high];
      },
    };
  }
  return {
    range: (_plot, min, max) => {
      const [low, high] = linearRange(orElse(min, 0), orElse(max, 1));
      const from = axis.min ?? low;
      const to = axis.max ?? high;
      return from < to ? [from, to] : [from, from + 1];
    },
  };
}

const PAD = 0.08;

/** Starts at zero unless that would flatten what is shown; a constant gets some room on both sides. */
function linearRange(min: number, max: number): [number, number] {
  if (min === max) {
    const room = min === 0 ? 1 : Math.abs(min) * 0.5;
    return min >= 0 && min - room <= min * 0.5 ? [0, max + room] : [min - room, max + room];
  }
  const [low, high] = uPlot.rangeNum(min, max, {
    min: { pad: PAD, soft: 0, mode: 3 },
    max: { pad: PAD, soft: 0, mode: 3 },
  });
  return [low ?? min, high ?? max];
}

/** uPlot asks without values when nothing is shown, whatever its types say. */
function orElse(value: number | null, otherwise: number): number {
  return value === null || !Number.isFinite(value) ? otherwise : value;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
