import { useCallback, useEffect, useRef, useState } from 'react'
import i18next from 'i18next'
import { reach } from './reach'
import { useStore } from '../parts/store'

export interface Asked<T> {
  data: T | undefined
  error: Error | undefined
  loading: boolean
  reload: () => void
}

/**
 * Asks when `key` changes, again on `reload`, and when the service answers again after a silence. What was there stays on the
 * screen while it is asked anew, with `keep` also under another key, so that more rows or other filters do not empty the page. An answer
 * that comes too late for its key is dropped; a reload that comes while one is under way follows it, so that many events starve nothing.
 */
export function useAsk<T>(key: string, question: (signal: AbortSignal) => Promise<T>, keep = false): Asked<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error; loading: boolean }>({ key, loading: true })
  const [turn, setTurn] = useState(0)
  const asking = useRef(question)
  asking.current = question
  const running = useRef({ busy: false, again: false })
  const away = useStore(reach) !== null
  const whole = `${i18next.language} ${key}`
  useEffect(() => {
    if (away) return undefined
    const abort = new AbortController()
    running.current = { busy: true, again: false }
    setState(s => (s.key === whole || keep ? { ...s, key: whole, loading: true } : { key: whole, loading: true }))
    const ended = (next: (s: { key: string; data?: T }) => { data?: T; error?: Error }) => {
      if (abort.signal.aborted) return
      const { again } = running.current
      running.current = { busy: false, again: false }
      setState(s => ({ ...next(s), key: whole, loading: false }))
      if (again) setTurn(t => t + 1)
    }
    asking.current(abort.signal).then(data => ended(() => ({ data })), (error: Error) => ended(s => ({ ...s, error })))
    return () => abort.abort()
  }, [whole, turn, away])
  const reload = useCallback(() => {
    if (running.current.busy) running.current.again = true
    else setTurn(t => t + 1)
  }, [])
  const current = keep || state.key === whole
  return { data: current ? state.data : undefined, error: current ? state.error : undefined, loading: !current || state.loading, reload }
}
