export type Scheme = 'light' | 'dark';

/** Each stands out from the surface of its scheme by at least 3 to 1, neighbours from each other. */
const PALETTE: Record<Scheme, readonly string[]> = {
  light: [
    '#2f6fd6',
    '#d9480f',
    '#0b8a5f',
    '#9c36b5',
    '#a87400',
    '#0b8398',
    '#c2255c',
    '#5c7c0f',
    '#6741d9',
    '#8f5a2a',
    '#1c7ed6',
    '#e03177',
    '#2b8a3e',
    '#5f6b7d',
    '#a61e4d',
    '#087f5b',
  ],
  dark: [
    '#6ea8fe',
    '#ff922b',
    '#40c998',
    '#d686e8',
    '#f2c14e',
    '#3bc9db',
    '#f783ac',
    '#a9d34a',
    '#9b8cff',
    '#c99b6d',
    '#74c0fc',
    '#ff8fb8',
    '#69db7c',
    '#adb5bd',
    '#e56b95',
    '#38d9a9',
  ],
};

export function paletteColor(index: number, scheme: Scheme): string {
  const colors = PALETTE[scheme];
  return colors[index % colors.length] ?? '#868e96';
}
