import { paletteColor, type Scheme } from '../../chart/palette';

/** Colours by Grafana's names, in values of this UI: dark enough on white, light enough on the dark page. */

type Shades = readonly [superLight: string, light: string, plain: string, semiDark: string, dark: string];

const SHADES: Readonly<Record<Scheme, Readonly<Record<string, Shades>>>> = {
  light: {
    red: ['#e8718a', '#d9405f', '#c4162a', '#a50f22', '#7d0a18'],
    orange: ['#e08a4a', '#d0672a', '#b8500c', '#963f06', '#702f03'],
    yellow: ['#b99a2e', '#a5851a', '#8f7000', '#735a00', '#574400'],
    green: ['#5aa862', '#3b9148', '#1f7a34', '#136328', '#0b4a1c'],
    blue: ['#6f9bea', '#4a7fdc', '#2b63c6', '#1e4da3', '#133878'],
    purple: ['#b184dd', '#9860cf', '#7d3fbe', '#642f9c', '#4a2275'],
  },
  dark: {
    red: ['#ffa6b0', '#ff7383', '#f2495c', '#e02f44', '#c4162a'],
    orange: ['#ffcb7d', '#ffb357', '#ff9830', '#ff780a', '#fa6400'],
    yellow: ['#fff899', '#ffee52', '#fade2a', '#f2cc0c', '#e0b400'],
    green: ['#c8f2c2', '#96d98d', '#73bf69', '#56a64b', '#37872d'],
    blue: ['#c0d8ff', '#8ab8ff', '#5794f2', '#3274d9', '#1f60c4'],
    purple: ['#deb6f2', '#ca95e5', '#b877d9', '#a352cc', '#8f3bb8'],
  },
};

const SHADE_PREFIXES = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'] as const;

const OTHERS: Readonly<Record<Scheme, Readonly<Record<string, string>>>> = {
  light: { text: '#1d2530', white: '#ffffff', black: '#000000', gray: '#6b7686', transparent: '#00000000' },
  dark: { text: '#dde3ec', white: '#ffffff', black: '#000000', gray: '#8592a5', transparent: '#00000000' },
};

/** A name such as `semi-dark-orange`, or any colour that CSS knows. */
export function namedColor(name: string, scheme: Scheme): string {
  const other = OTHERS[scheme][name];
  if (other !== undefined) return other;
  const match = /^(super-light-|light-|semi-dark-|dark-)?(red|orange|yellow|green|blue|purple)$/.exec(name);
  if (!match) return name;
  const shade = SHADE_PREFIXES.indexOf((match[1] ?? '') as (typeof SHADE_PREFIXES)[number]);
  return SHADES[scheme][match[2] ?? '']?.[shade] ?? name;
}

/** The same name has the same colour wherever it appears. */
export function colorOfName(name: string, scheme: Scheme): string {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return paletteColor(hash, scheme);
}
