import type { Scheme } from '../../chart/palette';
import { namedColor } from './palette';

/** Colour scales between named colours, by the ids that Grafana's field colours and heatmaps use. */
const SCALES: Readonly<Record<string, readonly string[]>> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'],
  'continuous-RdYlGr': ['red', 'yellow', 'green'],
  'continuous-BlYlRd': ['dark-blue', 'super-light-yellow', 'dark-red'],
  'continuous-YlRd': ['super-light-yellow', 'dark-red'],
  'continuous-BlPu': ['blue', 'purple'],
  'continuous-YlBl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['#e3eefb', 'dark-blue'],
  'continuous-reds': ['#fde8ea', 'dark-red'],
  'continuous-greens': ['#e6f4e4', 'dark-green'],
  'continuous-purples': ['#f1e7f9', 'dark-purple'],
  Blues: ['#deebf7', '#9ecae1', '#4292c6', '#08519c'],
  Greens: ['#e5f5e0', '#a1d99b', '#41ab5d', '#006d2c'],
  Greys: ['#f0f0f0', '#bdbdbd', '#737373', '#252525'],
  Oranges: ['#fee6ce', '#fdae6b', '#f16913', '#a63603'],
  Purples: ['#efedf5', '#bcbddc', '#807dba', '#54278f'],
  Reds: ['#fee0d2', '#fc9272', '#ef3b2c', '#a50f15'],
  YlOrRd: ['#ffffb2', '#fecc5c', '#fd8d3c', '#bd0026'],
  YlGnBu: ['#ffffcc', '#a1dab4', '#41b6c4', '#225ea8'],
  RdYlGn: ['#d73027', '#fee08b', '#1a9850'],
  RdBu: ['#b2182b', '#f7f7f7', '#2166ac'],
  Spectral: ['#d53e4f', '#fee08b', '#e6f598', '#3288bd'],
  Turbo: ['#30123b', '#4686fb', '#1be5b5', '#a4fc3c', '#fb8022', '#7a0403'],
  Viridis: ['#440154', '#31688e', '#35b779', '#fde725'],
  Plasma: ['#0d0887', '#9c179e', '#ed7953', '#f0f921'],
  Magma: ['#000004', '#721f81', '#f1605d', '#fcfdbf'],
  Inferno: ['#000004', '#781c6d', '#ed6925', '#fcffa4'],
  Cividis: ['#00224e', '#575d6d', '#a59c74', '#fee838'],
};

/** Where no scale of this name is known. */
const FALLBACK = ['#fee6ce', '#fdae6b', '#f16913', '#a63603'];

export function isScale(name: string): boolean {
  return Object.hasOwn(SCALES, name);
}

/** Scales that go from the colour of a white page to a dark one: on a dark page they go the other way. */
const FROM_PAPER = new Set(['Blues', 'Greens', 'Greys', 'Oranges', 'Purples', 'Reds', 'YlOrRd', 'YlGnBu']);

/** A colour of the scale; `at` goes from 0 to 1. */
export function scaleColor(name: string, at: number, scheme: Scheme, reverse = false): string {
  const turned = reverse !== (scheme === 'dark' && (FROM_PAPER.has(name) || !isScale(name)));
  const stops = (SCALES[name] ?? FALLBACK).map((color) => parseHex(namedColor(color, scheme)));
  const place = Math.min(1, Math.max(0, turned ? 1 - at : at)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return mix(stops[low] ?? BLACK, stops[low + 1] ?? BLACK, place - low);
}

type Rgb = readonly [number, number, number];
const BLACK: Rgb = [0, 0, 0];

export function parseHex(color: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color);
  return match ? [hex(match[1]), hex(match[2]), hex(match[3])] : BLACK;
}

function hex(pair: string | undefined): number {
  return Number.parseInt(pair ?? '0', 16);
}

function mix(a: Rgb, b: Rgb, share: number): string {
  const channel = (index: 0 | 1 | 2) => Math.round(a[index] + (b[index] - a[index]) * share);
  return `#${([0, 1, 2] as const).map((index) => channel(index).toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever can be read on this colour (WCAG relative luminance). */
export function inkOn(color: string): string {
  const [r, g, b] = parseHex(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  return luminance > 0.179 ? '#11151d' : '#ffffff';
}
