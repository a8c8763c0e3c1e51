import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { PageLink } from '../app/router'
import type { JobView } from '../generated/api'
import { word } from '../texts'
import { JobState } from './Badges'
import { duration, size, time } from './format'
import { Table } from './Table'

/** Jobs as every page lists them. */
export function JobTable({ label, jobs, withVm = true }: { label: string; jobs: JobView[]; withVm?: boolean }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table<JobView>
      label={label} rows={jobs} id={j => j.id}
      columns={[
        { key: 'kind', title: t('job.job'), name: true, cell: j => <PageLink href={`/jobs/${j.id}`}>{word('job-kind', j.kind)}</PageLink> },
        ...(withVm ? [{ key: 'vm', title: t('vm.vm'), name: true, cell: (j: JobView) => (j.vmId ? <PageLink href={`/vms/${j.vmId}`}>{j.vm}</PageLink> : j.vm || t('job.of-vault')) }] : []),
        { key: 'state', title: t('job.state'), cell: j => <><JobState state={j.state} />{j.failure ? <code className="code wide-inline">{j.failure.code}</code> : null}</> },
        { key: 'started', title: t('job.started'), wide: withVm, cell: j => time(j.started) },
        { key: 'took', title: t('job.took'), wide: true, cell: j => (j.ended ? duration(Date.parse(j.ended) - Date.parse(j.started)) : '') },
        { key: 'done', title: t('job.done-bytes'), wide: true, number: true, cell: j => size(j.bytesDone) },
        { key: 'stored', title: t('job.stored-bytes'), wide: true, number: true, cell: j => size(j.bytesStored) },
      ]}
    />
  )
}
