/** Findings as people read them: what is wrong, and below it what to do. */
import type { Finding } from '../../core/finding.ts'
import { fold } from '../format.ts'
import type { Style } from '../style.ts'

export type View = Readonly<{ width: number; style: Style; zone: string }>

export function findingLines(
  findings: readonly Finding[],
  mark: string,
  { width, style }: Pick<View, 'width' | 'style'>,
): readonly string[] {
  return findings.flatMap(({ code, message, hint }) => [
    ...fold(`${message} [${code}]`, width - 4, '    ').map((line, at) =>
      at === 0 ? `  ${mark} ${line.trimStart()}` : line,
    ),
    ...fold(hint, width, '      ').map(style.faint),
  ])
}
