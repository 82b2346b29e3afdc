/** What a fault of the dashboard itself looks like: the page says so and can be opened again; nothing else is lost. */
import { Component, type ReactNode } from 'react'

type Props = Readonly<{ children: ReactNode; what?: string }>

export class Boundary extends Component<Props, Readonly<{ broken: boolean }>> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    if (!this.state.broken) return this.props.children
    return (
      <div className="note" data-tone="bad" role="alert">
        <p>
          {this.props.what ?? 'This page'} cannot be shown: a fault of the dashboard, not of your data.{' '}
          <a href={location.href}>Open it again</a>
        </p>
      </div>
    )
  }
}
