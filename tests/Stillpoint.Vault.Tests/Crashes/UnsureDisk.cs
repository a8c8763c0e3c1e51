using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>
/// A file system in memory that promises no more than POSIX does: a file's bytes are safe once it was synced, a name once its folder was. What is not
/// safe may be lost, torn or kept, one by one and in any order, when the power fails. Processes work on it through <see cref="UnsureProcess"/>.
/// </summary>
internal sealed class UnsureDisk
{
    private readonly Dictionary<string, UnsureFile> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnsureFile> _safeNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _safeFolders = new(StringComparer.Ordinal);
    private readonly List<(string Path, UnsureFile? File, bool IsFolder)> _unsafe = [];
    private int _nextFile;

    public UnsureDisk() => _safeFolders.Add(_folders.Add("/") ? "/" : "");

    public Lock Lock { get; } = new();

    public DateTimeOffset Now
    {
        get;
        set
        {
            field = value;
            if (value > Latest) Latest = value;
        }
    } = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

    /// <summary>The latest time its clock ever told.</summary>
    public DateTimeOffset Latest { get; private set; }

    /// <summary>Bytes that fit; what is used is counted in <see cref="Used"/>.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>A file system without hard links, as exFAT.</summary>
    public bool NoLinks { get; init; }

    /// <summary>Grows at each power cut: processes begun before it are gone.</summary>
    public int Boot { get; private set; }

    public long Used => _names.Values.Distinct().Sum(f => f.Length);

    public IEnumerable<string> Names => _names.OrderBy(n => n.Value.Number).Select(n => n.Key);

    public UnsureDisk Clone(bool noLinks)
    {
        var copy = new UnsureDisk { Now = Now, Latest = Now, NoLinks = noLinks, _nextFile = _nextFile };
        foreach (var (name, file) in _names) copy._names[name] = copy._safeNames[name] = file.Clone();
        copy._folders.UnionWith(_folders);
        copy._safeFolders.UnionWith(_folders);
        return copy;
    }

    public bool IsFolder(string path) => _folders.Contains(path);

    public IReadOnlyList<string> Folders(string path) => [.. _folders.Where(f => Path.GetDirectoryName(f) == path)];

    public UnsureFile? Find(string path) => _names.GetValueOrDefault(path);

    public UnsureFile Create(string path)
    {
        var file = new UnsureFile(_nextFile++, Now);
        Name(path, file);
        return file;
    }

    public void Name(string path, UnsureFile? file)
    {
        if (file is null) _names.Remove(path);
        else _names[path] = file;
        _unsafe.Add((path, file, false));
    }

    public void MakeFolder(string path)
    {
        if (_folders.Add(path)) _unsafe.Add((path, null, true));
    }

    public void SyncFolder(string folder)
    {
        foreach (var change in _unsafe.Where(c => Path.GetDirectoryName(c.Path) == folder)) Settle(change);
        _unsafe.RemoveAll(c => Path.GetDirectoryName(c.Path) == folder);
    }

    /// <summary>Files below a folder in the order they were made: names are random, and a run must be repeatable.</summary>
    public IReadOnlyList<FileFacts> Files(string folder) =>
        [.. _names.Where(n => n.Key.StartsWith(folder + "/", StringComparison.Ordinal)).OrderBy(n => n.Value.Number).Select(n => new FileFacts(n.Key, n.Value.Length, n.Value.Written))];

    /// <summary>What is left of it all when the power comes back.</summary>
    public void CutPower(Random random)
    {
        Boot++;
        // Nothing, everything, or each change by itself.
        var share = random.Next(4) switch { 0 => 0.0, 1 => 1.0, _ => 0.5 };
        foreach (var change in _unsafe)
            if (random.NextDouble() < share) Settle(change);
        _unsafe.Clear();
        _names.Clear();
        _folders.Clear();
        foreach (var folder in _safeFolders.Where(IsReachable)) _folders.Add(folder);
        foreach (var (name, file) in _safeNames.Where(n => IsReachable(Path.GetDirectoryName(n.Key)!))) _names[name] = file;
        _safeFolders.IntersectWith(_folders);
        foreach (var lost in _safeNames.Keys.Where(n => !_names.ContainsKey(n)).ToList()) _safeNames.Remove(lost);
        foreach (var file in _names.Values.Distinct().OrderBy(f => f.Number)) file.CutPower(random);
    }

    private bool IsReachable(string folder)
    {
        for (var at = folder; at != "/"; at = Path.GetDirectoryName(at)!)
            if (!_safeFolders.Contains(at)) return false;
        return true;
    }

    private void Settle((string Path, UnsureFile? File, bool IsFolder) change)
    {
        if (change.IsFolder) _safeFolders.Add(change.Path);
        else if (change.File is null) _safeNames.Remove(change.Path);
        else _safeNames[change.Path] = change.File;
    }
}
