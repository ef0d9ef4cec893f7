import { describe, expect, it } from 'vitest';
import type { GroupFrame } from '../../api/errors';
import { foldFrames } from './foldFrames';

const frame = (name: string, own: boolean): GroupFrame => ({
  function: name,
  file: `${name}.py`,
  line: 1,
  in_app: own,
});

describe('the frames of an error', () => {
  it('are folded where libraries stand between', () => {
    const parts = foldFrames([frame('a', false), frame('b', true), frame('c', false), frame('d', false)]);
    expect(parts.map(({ frames, folded }) => [folded, frames.map((each) => each.function).join('')])).toEqual(
      [
        [true, 'a'],
        [false, 'b'],
        [true, 'cd'],
      ],
    );
  });

  it('are all shown when none is the application’s', () => {
    expect(foldFrames([frame('a', false), frame('b', false)])).toHaveLength(1);
    expect(foldFrames([frame('a', false)])[0]?.folded).toBe(false);
  });
});
