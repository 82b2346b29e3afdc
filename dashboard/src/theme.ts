/** Colours that can be read: Mantine's default indigo, red and grey fail the contrast of WCAG AA on small text. */
import { type CSSVariablesResolver, createTheme } from '@mantine/core'

export const THEME = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  cursorType: 'pointer',
  components: {
    // Its lock of the page would put a style into it that no nonce allows.
    Modal: { defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } },
    Button: { defaultProps: { size: 'xs' } },
    Menu: { defaultProps: { transitionProps: { duration: 0 } } },
  },
})

export const RESOLVER: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545b63',
    '--mantine-color-placeholder': '#6a7178',
    '--mantine-color-error': '#b02525',
    '--mantine-color-anchor': '#364fc7',
  },
  dark: {
    '--mantine-color-dimmed': '#b3b9c0',
    '--mantine-color-placeholder': '#9aa1a9',
    '--mantine-color-error': '#ff9c9c',
    '--mantine-color-anchor': '#aebdff',
  },
})
