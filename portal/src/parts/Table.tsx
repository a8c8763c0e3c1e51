import type { ReactElement, ReactNode } from 'react'

export interface Column<T> {
  key: string
  title: string
  cell: (row: T) => ReactNode
  /** Left out where the screen is narrow. */
  wide?: boolean
  number?: boolean
  /** A name or a code: not broken at its hyphens where there is room. */
  name?: boolean
}

export function Table<T>({ label, columns, rows, id }: { label: string; columns: Column<T>[]; rows: T[]; id: (row: T) => string }): ReactElement {
  const style = (c: Column<T>) => `${c.wide ? 'wide ' : ''}${c.number ? 'number ' : ''}${c.name ? 'name' : ''}`
  return (
    <table className="table" aria-label={label}>
      <thead><tr>{columns.map(c => <th key={c.key} scope="col" className={style(c)}>{c.title}</th>)}</tr></thead>
      <tbody>
        {rows.map(row => <tr key={id(row)}>{columns.map(c => <td key={c.key} className={style(c)}>{c.cell(row)}</td>)}</tr>)}
      </tbody>
    </table>
  )
}
