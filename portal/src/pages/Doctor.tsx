import { Button, Field, SearchBox, Select, Textarea } from '@fluentui/react-components'
import { useRef, useState, type DragEvent, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, may } from '../api/client'
import { useAsk } from '../api/useAsk'
import { PageLink, setQuery, usePlace } from '../app/router'
import type { DiagnosisView, ExplanationView } from '../generated/api'
import { number } from '../parts/format'
import { Answer, Empty, ErrorBar, Page, Section } from '../parts/States'
import { Table } from '../parts/Table'
import { word } from '../texts'
import { vmsOfHost } from './backups'
import { Found } from './Diagnosis'
import { Examine } from './Examine'

export default function Doctor(): ReactElement {
  const { t } = useTranslation()
  return (
    <Page title={t('page.doctor')}>
      <div className="two">
        <Bundle />
        <Explain />
      </div>
      {may('operator') ? <OfVm /> : null}
      <Catalogue />
    </Page>
  )
}

function Bundle(): ReactElement {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<DiagnosisView>()
  const [error, setError] = useState<Error>()
  const send = async (file: File) => {
    setName(file.name)
    setBusy(true)
    setError(undefined)
    setFound(undefined)
    try {
      setFound(await ask('diagnoseBundle', { name: file.name }, file))
    } catch (e) {
      setError(e as Error)
    }
    setBusy(false)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    const file = event.dataTransfer.files[0]
    if (file) void send(file)
  }
  return (
    <Section title={t('doctor.bundle')}>
      <p className="quiet">{t('doctor.bundle-about')}</p>
      <div className="drop" onDragOver={e => e.preventDefault()} onDrop={drop}>
        <p>{t('doctor.drop')}</p>
        <Button disabled={busy} onClick={() => input.current?.click()}>{t('doctor.choose-file')}</Button>
        <input
          ref={input} type="file" hidden accept=".zip,.tar.gz,.tgz,.tar,.gz,.log,.json,.txt" aria-label={t('doctor.choose-file')}
          onChange={e => { const file = e.target.files?.[0]; if (file) void send(file); e.target.value = '' }}
        />
      </div>
      <div role="status">
        {busy ? <p>{t('doctor.reading', { file: name ?? '' })}</p> : null}
        {error ? <ErrorBar error={error} /> : null}
        {found ? <><p className="quiet">{name}</p><Found diagnosis={found} /></> : null}
      </div>
    </Section>
  )
}

function Explain(): ReactElement {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [found, setFound] = useState<ExplanationView>()
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    setFound(undefined)
    try {
      setFound(await ask('explain', {}, { text }))
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <Section title={t('doctor.explain')}>
      <form className="form" onSubmit={e => void submit(e)}>
        <Field label={t('doctor.explain-about')}><Textarea value={text} rows={4} onChange={(_, d) => setText(d.value)} /></Field>
        <div><Button type="submit" disabled={!text.trim()}>{t('doctor.explain-go')}</Button></div>
      </form>
      <div role="status">
        {error ? <ErrorBar error={error} /> : null}
        {found && !found.recognised ? <Empty>{t('doctor.not-known')}</Empty> : null}
        {found?.recognised ? <p>{t('doctor.recognised', { code: found.code ?? '' })}</p> : null}
        {found?.recognised && found.causes.length === 0 ? <Empty>{t('doctor.no-cause-behind')}</Empty> : null}
        {found && found.causes.length > 0 ? <ol>{found.causes.map(c => <li key={c.id}><PageLink href={`/doctor/${c.id}`}>{c.title}</PageLink></li>)}</ol> : null}
      </div>
    </Section>
  )
}

/** The VM is in the address, so that a look at it can be linked to. */
function OfVm(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const vm = query.get('vm') ?? ''
  const vms = useAsk('vms', vmsOfHost)
  return (
    <>
      <Section title={t('doctor.of-vm')}>
        <Answer asked={vms}>
          {found => (
            <Field label={t('vm.vm')}>
              <Select value={vm} onChange={(_, d) => setQuery({ vm: d.value })}>
                <option value="">{t('doctor.choose-vm')}</option>
                {found.map(v => <option key={v.id} value={v.id}>{v.name}</option>)}
              </Select>
            </Field>
          )}
        </Answer>
      </Section>
      {vm ? <Examine key={vm} vm={vm} /> : null}
    </>
  )
}

function Catalogue(): ReactElement {
  const { t } = useTranslation()
  const { query } = usePlace()
  const text = query.get('search') ?? ''
  const asked = useAsk('causes', signal => ask('listCauses', {}, undefined, { signal }))
  return (
    <Section title={t('doctor.catalogue')}>
      <Field label={t('doctor.search')}><SearchBox value={text} onChange={(_, d) => setQuery({ search: d.value })} /></Field>
      <Answer asked={asked}>
        {causes => {
          const wanted = text.toLowerCase()
          const shown = causes.filter(c => [c.id, c.title, c.why].some(s => s.toLowerCase().includes(wanted)))
          return (
            <>
              <p className="quiet" role="status">{t('doctor.shown', { shown: number(shown.length), all: number(causes.length) })}</p>
              <Table
                label={t('doctor.catalogue')} rows={shown} id={c => c.id}
                columns={[
                  { key: 'title', title: t('doctor.cause'), cell: c => <PageLink href={`/doctor/${c.id}`}>{c.title}</PageLink> },
                  { key: 'link', title: t('doctor.link'), wide: true, cell: c => word('link', c.stage) },
                  { key: 'id', title: t('job.id'), wide: true, name: true, cell: c => <code>{c.id}</code> },
                ]}
              />
            </>
          )
        }}
      </Answer>
    </Section>
  )
}
