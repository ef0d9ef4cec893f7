import type { GroupFrame } from '../../api/errors';

export interface FramePart {
  frames: GroupFrame[];
  folded: boolean;
}

/** Runs of frames: the application's are shown, those of libraries are folded where there are others. */
export function foldFrames(frames: readonly GroupFrame[]): FramePart[] {
  const anyOwn = frames.some((frame) => frame.in_app);
  const parts: FramePart[] = [];
  for (const frame of frames) {
    const folded = anyOwn && !frame.in_app;
    const last = parts.at(-1);
    if (last?.folded === folded) last.frames.push(frame);
    else parts.push({ frames: [frame], folded });
  }
  return parts;
}
