/** A function's name without type parameters, which fill lines and say nothing of where a call is; `<init>`,
 * `<module>` and `<T as Trait>` are names of their own and stay. */
export function frameName(name: string): string {
  let depth = 0;
  let shown = '';
  let before = '';
  for (const letter of name) {
    if (letter === '<' && (depth > 0 || /(?:[\w}]|::)$/.test(shown))) depth += 1;
    // The arrow of a function's type closes nothing.
    else if (letter === '>' && depth > 0) depth -= before === '-' ? 0 : 1;
    else if (depth === 0) shown += letter;
    before = letter;
  }
  return depth === 0 ? shown.replace(/::(?=::|$)/g, '') : name;
}
