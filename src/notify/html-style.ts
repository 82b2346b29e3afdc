/** Colours and escapes of the HTML mails. Each pair of text and ground has a contrast of at least 4.5 to 1. */
/** A name without a space to break at must not widen the mail. */
export const FONT =
  "overflow-wrap:anywhere;word-break:break-word;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"

export const LIGHT = {
  page: '#f3f4f6',
  card: '#ffffff',
  code: '#f3f4f6',
  line: '#e5e7eb',
  ink: '#1f2328',
  faint: '#59636e',
  link: '#0550ae',
  good: '#1a7f37',
  warning: '#8a5a00',
  bad: '#c21c2c',
  plain: '#4b5563',
  bar: '#5b7fd4',
} as const

const NIGHT = {
  page: '#0d1117',
  card: '#161b22',
  code: '#21262d',
  line: '#30363d',
  ink: '#e6edf3',
  faint: '#9da7b3',
  link: '#79b8ff',
  good: '#56d364',
  warning: '#e3b341',
  bad: '#ff7b72',
  plain: '#c9d1d9',
  bar: '#79a0f0',
} as const

const TONES = ['good', 'warning', 'bad'] as const

/** Inline styles speak for light; a class goes past them in dark. Badges keep white on their own dark ground. */
export const DARK = `@media (prefers-color-scheme: dark) {
.page{background:${NIGHT.page} !important}.card{background:${NIGHT.card} !important;border-color:${NIGHT.line} !important}
.code{background:${NIGHT.code} !important}.line{border-color:${NIGHT.line} !important}
.ink{color:${NIGHT.ink} !important}.faint{color:${NIGHT.faint} !important}.link{color:${NIGHT.link} !important}
${TONES.map((tone) => `.tone-${tone}{color:${NIGHT[tone]} !important}`).join('')}
.bar-plain{background:${NIGHT.bar} !important}${TONES.map((tone) => `.bar-${tone}{background:${NIGHT[tone]} !important}`).join('')}
}`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for attributes in double quotes. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? found)
