/** A word on a coloured ground, a box with a title, a status: the colour never says anything that the words do not. */
import type { ReactNode } from 'react'
import type { Run } from '../api/contract.ts'
import { STATUS, type Tone } from '../words.ts'

export const MARKS: Readonly<Record<Tone, string>> = { good: '✓', warning: '!', bad: '✕', plain: '•' }

export const Tag = ({ tone, mark, children }: Readonly<{ tone: Tone; mark?: string; children: ReactNode }>) => (
  <span className="tag" data-tone={tone}>
    <span aria-hidden="true">{mark ?? MARKS[tone]}</span>
    {children}
  </span>
)

export const StatusTag = ({ status }: Readonly<{ status: Run['status'] }>) => {
  const { word, tone, mark } = STATUS[status]
  return (
    <Tag tone={tone} mark={mark}>
      {word}
    </Tag>
  )
}

/** A line of a list: a tag, and words that stay beside it however many lines they take. */
export const Marked = ({ tag, children }: Readonly<{ tag: ReactNode; children: ReactNode }>) => (
  <li className="marked">
    {tag}
    <div>{children}</div>
  </li>
)

type NoteProps = Readonly<{ tone: Tone; title: string; role?: 'alert' | 'status'; children?: ReactNode }>

export const Note = ({ tone, title, role, children }: NoteProps) => (
  <div className="note" data-tone={tone} role={role}>
    <span aria-hidden="true">{MARKS[tone]}</span>
    <div className="stack">
      <strong>{title}</strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  </div>
)
