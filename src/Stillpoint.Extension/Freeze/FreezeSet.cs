using System.Globalization;
using Stillpoint.Extension.Interop;

namespace Stillpoint.Extension.Freeze;

/// <summary>
/// File systems that are opened, then frozen one after another, then thawed in the opposite order. Between the first freeze and the last thaw nothing here touches a
/// file: the descriptors are open, and what went wrong is kept in memory.
/// </summary>
internal sealed class FreezeSet : IDisposable
{
    private readonly List<(string Point, int Handle)> _open = [];
    private readonly Stack<int> _frozen = new();

    private FreezeSet()
    {
    }

    public int Count => _frozen.Count;

    public IEnumerable<string> Points => _open.Select(m => m.Point);

    /// <param name="mounts">In the order of freezing.</param>
    /// <exception cref="WorkException">One of them cannot be opened.</exception>
    public static FreezeSet Open(IEnumerable<Mount> mounts)
    {
        var set = new FreezeSet();
        foreach (var mount in mounts)
        {
            var handle = FileSystemFreeze.Open(mount.Point);
            if (handle < 0)
            {
                set.Dispose();
                throw new WorkException(StatusCode.MountNotOpened, string.Create(CultureInfo.InvariantCulture, $"{mount.Point}: error {-handle}"));
            }
            set._open.Add((mount.Point, handle));
        }
        // Both calls run once before anything is frozen: on no descriptor they do nothing.
        _ = FileSystemFreeze.TryFreeze(-1);
        _ = FileSystemFreeze.TryThaw(-1);
        return set;
    }

    /// <summary>Freezes until one cannot be; what was frozen by then stays so until <see cref="Thaw"/>.</summary>
    /// <returns>Null: all of them. Else what stood in the way.</returns>
    public string? Freeze()
    {
        foreach (var (point, handle) in _open)
        {
            var error = FileSystemFreeze.TryFreeze(handle);
            if (error == FileSystemFreeze.NotSupported) continue;
            if (error == FileSystemFreeze.Busy) return $"{point} is frozen already";
            if (error != 0) return string.Create(CultureInfo.InvariantCulture, $"{point}: error {error}");
            _frozen.Push(handle);
        }
        return null;
    }

    /// <returns>How many were still frozen until now: fewer than were frozen, where somebody thawed before.</returns>
    public int Thaw()
    {
        var thawed = 0;
        while (_frozen.TryPop(out var handle))
            if (FileSystemFreeze.TryThaw(handle) == 0) thawed++;
        return thawed;
    }

    public void Dispose()
    {
        Thaw();
        foreach (var (_, handle) in _open) FileSystemFreeze.Close(handle);
        _open.Clear();
    }
}
