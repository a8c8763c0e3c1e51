using Microsoft.Data.Sqlite;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Access;

/// <param name="Name">Lower case; 1 to 64 of a-z, 0-9, dot, dash, underscore, at.</param>
/// <param name="PasswordHash">As Identity's hasher writes it.</param>
/// <param name="SecondFactor">The authenticator's secret in base 32; null: none.</param>
/// <param name="SecondFactorStep">The last time step whose code was taken: each is good once.</param>
/// <param name="Version">Grows with each change.</param>
public sealed record UserRecord(
    string Name, Role Role, VmScope Vms, string PasswordHash, string? SecondFactor, long SecondFactorStep, long Version, DateTimeOffset Created);

/// <summary>Who may sign in.</summary>
public sealed class UserTable(CatalogDatabase database)
{
    private const string Columns = "name, role, vms, password, second_factor, second_factor_step, version, created";

    public bool IsEmpty => database.Query("select 1 from app_user limit 1", r => r.GetInt64(0)).Count == 0;

    public IReadOnlyList<UserRecord> List() => database.Query($"select {Columns} from app_user order by name", Read);

    public UserRecord? Find(string name) => database.Query($"select {Columns} from app_user where name = $name", Read, ("name", name.ToLowerInvariant())).FirstOrDefault();

    /// <param name="onlyFirst">Only while there is nobody yet.</param>
    /// <exception cref="FailureException">UserExists; SetUpDone.</exception>
    public void Add(UserRecord user, bool onlyFirst = false) => database.InTransaction(() =>
    {
        if (onlyFirst && !IsEmpty) throw new FailureException(FailureCode.SetUpDone, Stage.Input);
        if (Find(user.Name) is not null) throw new FailureException(FailureCode.UserExists, Stage.Input, ("user", user.Name));
        database.Execute(
            $"insert into app_user ({Columns}) values ($name, $role, $vms, $password, $factor, $step, 1, $created)",
            ("name", user.Name), ("role", user.Role.ToText()), ("vms", user.Vms.Write()), ("password", user.PasswordHash), ("factor", user.SecondFactor),
            ("step", user.SecondFactorStep), ("created", user.Created.ToUnixTimeMilliseconds()));
    });

    /// <param name="expected">The version that was read; null: whatever there is.</param>
    /// <returns>As it is now.</returns>
    /// <exception cref="FailureException">UserNotFound, ChangedMeanwhile, LastAdmin.</exception>
    public UserRecord Change(string name, long? expected, Func<UserRecord, UserRecord> change)
    {
        UserRecord? changed = null;
        database.InTransaction(() =>
        {
            var user = MustFind(name, expected);
            changed = change(user) with { Name = user.Name, Version = user.Version + 1 };
            if (user.Role == Role.Admin && changed.Role != Role.Admin) MustNotBeLastAdmin(user.Name);
            database.Execute(
                """
                update app_user set role = $role, vms = $vms, password = $password, second_factor = $factor, second_factor_step = $step, version = $version
                where name = $name
                """,
                ("name", user.Name), ("role", changed.Role.ToText()), ("vms", changed.Vms.Write()), ("password", changed.PasswordHash),
                ("factor", changed.SecondFactor), ("step", changed.SecondFactorStep), ("version", changed.Version));
        });
        return changed!;
    }

    /// <summary>Its sessions and tokens go with it.</summary>
    /// <exception cref="FailureException">UserNotFound, ChangedMeanwhile, LastAdmin.</exception>
    public void Remove(string name, long? expected) => database.InTransaction(() =>
    {
        var user = MustFind(name, expected);
        if (user.Role == Role.Admin) MustNotBeLastAdmin(user.Name);
        database.Execute("delete from access_key where owner = $name", ("name", user.Name));
        database.Execute("delete from app_user where name = $name", ("name", user.Name));
    });

    private UserRecord MustFind(string name, long? expected)
    {
        var user = Find(name) ?? throw new FailureException(FailureCode.UserNotFound, Stage.Input, ("user", name));
        return expected is null || expected == user.Version ? user : throw new FailureException(FailureCode.ChangedMeanwhile, Stage.Input);
    }

    private void MustNotBeLastAdmin(string name)
    {
        var others = database.Query("select 1 from app_user where role = 'admin' and name <> $name limit 1", r => r.GetInt64(0), ("name", name));
        if (others.Count == 0) throw new FailureException(FailureCode.LastAdmin, Stage.Input, ("user", name));
    }

    private static UserRecord Read(SqliteDataReader r) => new(
        r.GetString(0), FailureText.Parse<Role>(r.GetString(1)), VmScope.Read(r.IsDBNull(2) ? null : r.GetString(2)), r.GetString(3),
        r.IsDBNull(4) ? null : r.GetString(4), r.GetInt64(5), r.GetInt64(6), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(7)));
}
