import { createElement, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactElement } from 'react'

const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of [...listeners]) listener()
}
window.addEventListener('popstate', changed)

export function navigate(to: string, replace = false): void {
  if (replace) window.history.replaceState(null, '', to)
  else window.history.pushState(null, '', to)
  if (!replace) window.scrollTo(0, 0)
  changed()
}

/** Path and query of the page: every page can be linked to. */
export function usePlace(): { path: string; query: URLSearchParams } {
  const place = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => window.location.pathname + window.location.search,
  )
  const [path, query] = place.split('?')
  return { path: path ?? '/', query: new URLSearchParams(query ?? '') }
}

/** Keeps a page's filters in its address. */
export function setQuery(values: Record<string, string>): void {
  const query = new URLSearchParams(window.location.search)
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  navigate(window.location.pathname + (text ? `?${text}` : ''), true)
}

/** A real link: it opens in a new tab as people expect, and stays in the page otherwise. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  navigate(event.currentTarget.getAttribute('href') ?? '/')
}

export function PageLink(props: AnchorHTMLAttributes<HTMLAnchorElement>): ReactElement {
  return createElement('a', { ...props, className: `link ${props.className ?? ''}`, onClick: follow })
}
