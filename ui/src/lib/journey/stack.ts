/** A stack in parts: what is shown at once, and what can be unfolded. */
export interface StackPart {
  lines: string[];
  folded: boolean;
}

/** Frames of installed libraries and of the languages themselves, which seldom say what went wrong. */
const FOREIGN =
  /site-packages|dist-packages|\/lib\/python\d|<frozen |node_modules|node:internal|at (?:java|javax|jdk|sun|kotlin|scala|org\.springframework)\.|\/rustc\/|\.cargo\/registry|\/usr\/local\/go\/|\/go\/pkg\/mod\//;
/** Fewer are not worth a click. */
const FEWEST = 2;
/** A stack is shown whole up to here when nothing in it is foreign; of a longer one the ends. */
const LONGEST = 24;
const ENDS = 8;

export function stackParts(lines: readonly string[]): StackPart[] {
  const parts: StackPart[] = [];
  let foreign = false;
  for (const line of lines) {
    // The source line below a frame of Python belongs to it.
    const starts = !/^ {4,}\S/.test(line) || /^\s*(?:at |File ")/.test(line);
    if (starts) foreign = FOREIGN.test(line);
    const last = parts.at(-1);
    if (last?.folded === foreign) last.lines.push(line);
    else parts.push({ lines: [line], folded: foreign });
  }
  return merge(parts).flatMap(shorten);
}

/** A single foreign frame stays with its neighbours. */
function merge(parts: readonly StackPart[]): StackPart[] {
  const merged: StackPart[] = [];
  for (const part of parts) {
    const folded = part.folded && part.lines.length >= FEWEST;
    const last = merged.at(-1);
    if (last?.folded === folded) last.lines.push(...part.lines);
    else merged.push({ lines: [...part.lines], folded });
  }
  return merged;
}

function shorten(part: StackPart): StackPart[] {
  if (part.folded || part.lines.length <= LONGEST) return [part];
  return [
    { lines: part.lines.slice(0, ENDS), folded: false },
    { lines: part.lines.slice(ENDS, -ENDS), folded: true },
    { lines: part.lines.slice(-ENDS), folded: false },
  ];
}
