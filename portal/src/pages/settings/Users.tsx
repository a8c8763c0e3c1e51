import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useState, type FormEvent, type ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, askWithTag } from '../../api/client'
import { useAsk } from '../../api/useAsk'
import type { UserView } from '../../generated/api'
import { Confirm } from '../../parts/Confirm'
import { time } from '../../parts/format'
import { Answer, ErrorBar, Section } from '../../parts/States'
import { Table } from '../../parts/Table'
import { patternsOf, roleName, roles } from './roles'
import { UserEditor } from './UserEditor'

export function Users(): ReactElement {
  const { t } = useTranslation()
  const asked = useAsk('users', signal => ask('listUsers', {}, undefined, { signal }))
  const [removing, setRemoving] = useState<UserView>()
  const [editing, setEditing] = useState<UserView>()
  return (
    <Section title={t('settings.users')}>
      <Answer asked={asked}>
        {users => (
          <Table
            label={t('settings.users')} rows={users} id={u => u.name}
            columns={[
              { key: 'name', title: t('sign-in.name'), cell: u => u.name },
              { key: 'role', title: t('settings.role'), cell: u => roleName(t, u.role) },
              { key: 'vms', title: t('settings.vms'), wide: true, cell: u => (u.vms === null ? t('settings.all-vms') : u.vms.join(', ')) },
              { key: 'factor', title: t('settings.second-factor'), wide: true, cell: u => (u.secondFactor ? t('answer.yes') : t('answer.no')) },
              { key: 'created', title: t('settings.created'), wide: true, cell: u => time(u.created) },
              {
                key: 'do', title: t('settings.change'), cell: u => (
                  <span className="inline">
                    <Button size="small" aria-label={t('settings.change-user', { name: u.name })} onClick={() => setEditing(u)}>{t('settings.change')}</Button>
                    <Button size="small" aria-label={t('settings.remove-user', { name: u.name })} onClick={() => setRemoving(u)}>{t('settings.remove')}</Button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
      {editing ? <UserEditor key={editing.name} user={editing} onDone={() => { setEditing(undefined); asked.reload() }} /> : <NewUser onMade={asked.reload} />}
      <Confirm
        title={t('settings.remove-user', { name: removing?.name ?? '' })} action={t('settings.remove')} word={removing?.name ?? ''} open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (!removing) return
          const [, tag] = await askWithTag('showUser', { name: removing.name })
          await ask('removeUser', { name: removing.name, confirm: removing.name }, undefined, { headers: { 'If-Match': tag } })
          asked.reload()
        }}
      >
        <p>{t('settings.remove-user-about')}</p>
      </Confirm>
    </Section>
  )
}

function NewUser({ onMade }: { onMade: () => void }): ReactElement {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState('reader')
  const [vms, setVms] = useState('')
  const [error, setError] = useState<Error>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setError(undefined)
    try {
      await ask('addUser', {}, { name, password, role, vms: patternsOf(vms) })
      setName('')
      setPassword('')
      onMade()
    } catch (e) {
      setError(e as Error)
    }
  }
  return (
    <form className="form" onSubmit={e => void submit(e)}>
      <h3>{t('settings.new-user')}</h3>
      {error ? <ErrorBar error={error} /> : null}
      <Field label={t('sign-in.name')} hint={t('settings.name-hint')} required><Input autoComplete="off" value={name} onChange={(_, d) => setName(d.value)} /></Field>
      <Field label={t('sign-in.password')} hint={t('settings.password-hint')} required>
        <Input type="password" autoComplete="new-password" value={password} onChange={(_, d) => setPassword(d.value)} />
      </Field>
      <Field label={t('settings.role')}>
        <Select value={role} onChange={(_, d) => setRole(d.value)}>{roles.map(r => <option key={r} value={r}>{roleName(t, r)}</option>)}</Select>
      </Field>
      <Field label={t('settings.vms')} hint={t('settings.vms-hint')}><Input value={vms} onChange={(_, d) => setVms(d.value)} /></Field>
      <div><Button type="submit" disabled={!name || !password}>{t('settings.new-user-go')}</Button></div>
    </form>
  )
}
