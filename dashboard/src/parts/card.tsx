/** A part of a page under a heading, one figure, and a list of facts. */
import { Fragment, type ReactNode, useId } from 'react'

type CardProps = Readonly<{ title: string; action?: ReactNode; children: ReactNode }>

export function Card({ title, action, children }: CardProps) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <div className="cardhead">
        <h2 id={id}>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  )
}

type FigureProps = Readonly<{ name: string; value: string; note?: string }>

export const Figure = ({ name, value, note }: FigureProps) => (
  <div className="card figure">
    <div className="faint">{name}</div>
    <div className="value">{value}</div>
    {note !== undefined && <div className="faint small">{note}</div>}
  </div>
)

export const Facts = ({ of }: Readonly<{ of: readonly (readonly [string, ReactNode])[] }>) => (
  <dl className="facts">
    {of.map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
)
