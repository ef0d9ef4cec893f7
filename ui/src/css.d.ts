import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Custom properties are how a component hands a colour to its stylesheet. */
    '--row-color'?: string;
    '--lane-color'?: string;
    '--depth'?: number;
  }
}
