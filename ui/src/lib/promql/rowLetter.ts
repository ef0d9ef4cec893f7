/** A, B, … Z, AA, AB, … for rows from 0. */
export function rowLetter(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : rowLetter(Math.floor(index / 26) - 1) + letter;
}
