using Stillpoint.Control.Catalog;

namespace Stillpoint.Control.Access;

/// <summary>Users, their sessions and tokens, what was done by them, and requests that are not to be done twice.</summary>
public sealed class AccessTables(CatalogDatabase database, TimeProvider clock)
{
    public UserTable Users { get; } = new(database);

    public KeyTable Keys { get; } = new(database);

    public AuditTable Audit { get; } = new(database);

    public RequestKeyTable RequestKeys { get; } = new(database, clock);
}
