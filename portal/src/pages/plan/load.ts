import type { PlannedView } from '../../generated/api'

/** From `at` on (milliseconds) so many run at once. */
export interface Load {
  at: number
  running: number
}

/** Starts and ends in their order; of one instant the ends come first, since a place that is left can be taken. */
export function loadOf(starts: PlannedView[]): Load[] {
  const changes = starts.flatMap(s => {
    const begin = Date.parse(s.start)
    return [{ at: begin, by: 1 }, { at: begin + s.expectedMinutes * 60_000, by: -1 }]
  }).sort((a, b) => a.at - b.at || a.by - b.by)
  let running = 0
  return changes.map(c => {
    running += c.by
    return { at: c.at, running }
  })
}

export const mostOf = (load: Load[]): number => Math.max(0, ...load.map(l => l.running))
