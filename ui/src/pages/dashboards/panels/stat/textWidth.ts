const context = document.createElement('canvas').getContext('2d');
const SIZE = 100;

/** How wide a text is in the font of large numbers, as a multiple of its size. */
export function widthInEms(text: string): number {
  if (!context) return text.length;
  context.font = `650 ${SIZE}px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width / SIZE;
}
