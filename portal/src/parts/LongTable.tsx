import { useEffect, useRef, useState, type CSSProperties, type ReactElement } from 'react'
import type { Column } from './Table'

const height = 44
const beyond = 8

/** Any number of rows: only those in sight are in the document. Screen readers are told how many there are. */
export function LongTable<T>({ label, columns, rows, id, template, narrow }: {
  label: string; columns: Column<T>[]; rows: T[]; id: (row: T) => string; template: string; narrow: string
}): ReactElement {
  const box = useRef<HTMLDivElement>(null)
  const [sight, setSight] = useState({ top: 0, height: 600 })
  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const look = () => setSight({ top: element.scrollTop, height: element.clientHeight })
    look()
    const watch = new ResizeObserver(look)
    watch.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])
  const first = Math.max(0, Math.floor(sight.top / height) - beyond)
  const last = Math.min(rows.length, Math.ceil((sight.top + sight.height) / height) + beyond)
  const style = (c: Column<T>) => `cell ${c.wide ? 'wide ' : ''}${c.number ? 'number' : ''}`
  return (
    <div className="long" ref={box} tabIndex={0} role="table" aria-label={label} aria-rowcount={rows.length + 1} style={{ '--columns': template, '--narrow': narrow } as CSSProperties}>
      <div role="rowgroup" className="long-head">
        <div role="row" className="row" aria-rowindex={1}>{columns.map(c => <div role="columnheader" key={c.key} className={style(c)}>{c.title}</div>)}</div>
      </div>
      <div role="rowgroup" className="long-body" style={{ height: rows.length * height }}>
        {rows.slice(first, last).map((row, i) => (
          <div role="row" key={id(row)} className="row" aria-rowindex={first + i + 2} style={{ transform: `translateY(${(first + i) * height}px)` }}>
            {columns.map(c => <div role="cell" key={c.key} className={style(c)}>{c.cell(row)}</div>)}
          </div>
        ))}
      </div>
    </div>
  )
}
