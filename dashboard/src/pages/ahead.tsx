/** What will be asked of people: requests to be erased that are due, and customers who may be purged. */
import { Link } from 'wouter'
import { useRetention } from '../api/reads.ts'
import { Note } from '../parts/note.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { plural } from '../words.ts'

export function Ahead() {
  const { policy } = usePlace()
  const path = usePath()
  const { data } = useRetention(policy)
  if (data === undefined) return null
  const { erasures, due, soon } = data
  const lines = [
    ...(erasures.overdue > 0 ? [`${plural(erasures.overdue, 'erasure request')} overdue`] : []),
    ...(erasures.soon > 0 ? [`${plural(erasures.soon, 'erasure request')} due within 7 days`] : []),
    ...(due > 0 ? [`${plural(due, 'customer')} may be purged now`] : []),
    ...(soon > 0 ? [`${plural(soon, 'customer')} may be purged within 30 days`] : []),
  ]
  if (lines.length === 0) return null
  return (
    <Note tone={erasures.overdue > 0 ? 'bad' : 'warning'} title={lines.join(' · ')}>
      <Link href={path('/compliance')}>Go to Compliance</Link>
    </Note>
  )
}
