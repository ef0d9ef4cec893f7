import {
  Autocomplete,
  Button,
  createTheme,
  Drawer,
  JsonInput,
  Modal,
  NativeSelect,
  Popover,
  Select,
  TextInput,
  Tooltip,
} from '@mantine/core';

/** Dense, like the tools that people watch all day: 13 px text, controls of 30 px. */
export const theme = createTheme({
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  // The blue-grey of the page: Mantine's own dark is a neutral grey and looks like another program.
  colors: {
    dark: [
      '#dde3ec',
      '#b3bdcc',
      '#8592a5',
      '#5f6b7d',
      '#333d4d',
      '#2b3341',
      '#1b212c',
      '#161b24',
      '#11151d',
      '#0f131a',
    ],
  },
  primaryColor: 'indigo',
  // The lightest that white text on it can be read on.
  primaryShade: 7,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Autocomplete: Autocomplete.extend({ defaultProps: { size: 'xs' } }),
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    JsonInput: JsonInput.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({ defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } } }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: 'xs' } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } }),
    Select: Select.extend({ defaultProps: { size: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 350, transitionProps: { duration: 60 }, withArrow: true },
    }),
  },
});
