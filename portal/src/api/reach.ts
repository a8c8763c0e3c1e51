import { createStore } from '../parts/store'

/** Since when the service does not answer; null: it does. One place, so that every page tells the same. */
export const reach = createStore<Date | null>(null)

export function answered(): void {
  if (reach.get() !== null) reach.set(null)
}

export function silent(): void {
  if (reach.get() === null) reach.set(new Date())
}
