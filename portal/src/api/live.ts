import { useEffect, useRef } from 'react'
import type { JobNotice } from '../generated/api'
import { createStore, useStore } from '../parts/store'
import { answered, silent } from './reach'

export interface Progress {
  subTask: string
  done: number
  total: number
  stored: number
  /** Bytes per second over the last seconds; 0: not known yet. */
  rate: number
  at: number
}

const kinds = ['began', 'sub-task-started', 'sub-task-finished', 'progress', 'warning', 'point', 'cleared', 'ended', 'heartbeat']
const listeners = new Set<(notice: JobNotice) => void>()
const progress = createStore<ReadonlyMap<string, Progress>>(new Map())
let source: EventSource | null = null
let again: number | undefined

/** One stream for the whole portal; a stream that ended is begun anew, and everybody looks again. */
export function listenLive(): () => void {
  connect()
  return () => {
    window.clearTimeout(again)
    source?.close()
    source = null
  }
}

function connect(): void {
  source?.close()
  source = new EventSource('/api/v1/events')
  let opened = false
  for (const kind of kinds) {
    source.addEventListener(kind, event => {
      const notice = JSON.parse((event as MessageEvent<string>).data) as JobNotice
      if (!opened) {
        opened = true
        answered()
        tell({ kind: 'cleared', job: null, at: notice.at })
      }
      if (notice.kind === 'progress') note(notice)
      if (notice.kind === 'ended' && notice.job) forget(notice.job)
      if (notice.kind !== 'heartbeat') tell(notice)
    })
  }
  source.onerror = () => {
    source?.close()
    void look()
    again = window.setTimeout(connect, 3000)
  }
}

/** Whether it is only the stream that ended, or the service that is gone. */
async function look(): Promise<void> {
  try {
    await fetch('/health/live', { cache: 'no-store' })
    answered()
  } catch {
    silent()
  }
}

function tell(notice: JobNotice): void {
  for (const listener of [...listeners]) listener(notice)
}

function note(notice: JobNotice): void {
  if (!notice.job) return
  const before = progress.get().get(notice.job)
  const at = Date.parse(notice.at)
  const done = notice.doneBytes ?? 0
  const same = before && before.subTask === notice.subTask && at > before.at
  const now = same ? (done - before.done) / ((at - before.at) / 1000) : 0
  const rate = same && before.rate > 0 ? before.rate * 0.7 + now * 0.3 : now
  const next = new Map(progress.get())
  next.set(notice.job, { subTask: notice.subTask ?? '', done, total: notice.totalBytes ?? 0, stored: notice.storedBytes ?? 0, rate: Math.max(0, rate), at })
  progress.set(next)
}

function forget(job: string): void {
  const next = new Map(progress.get())
  next.delete(job)
  progress.set(next)
}

export function useProgress(job: string): Progress | undefined {
  return useStore(progress).get(job)
}

/** Calls back soon after something happened that changes lists, once for many at a time; not for progress. */
export function useLive(changed: () => void, concerns: (notice: JobNotice) => boolean = () => true): void {
  const latest = useRef({ changed, concerns })
  latest.current = { changed, concerns }
  useEffect(() => {
    let waiting: number | undefined
    const listener = (notice: JobNotice) => {
      if (notice.kind === 'progress' || waiting !== undefined || (notice.job !== null && !latest.current.concerns(notice))) return
      waiting = window.setTimeout(() => {
        waiting = undefined
        latest.current.changed()
      }, 150)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      window.clearTimeout(waiting)
    }
  }, [])
}
