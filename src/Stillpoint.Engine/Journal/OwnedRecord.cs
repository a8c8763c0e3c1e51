using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillpoint.Model;

namespace Stillpoint.Engine.Journal;

/// <summary>
/// A durable record of work under way: <c>&lt;name&gt;.json</c>, with <c>&lt;name&gt;.lock</c> beside it, which the living owner holds locked
/// (the kernel lets go of it however the owner dies). Every change is on stable storage when the call returns.
/// </summary>
internal sealed class OwnedRecord<T> : IDisposable
    where T : class
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly JsonTypeInfo<T> _json;

    private OwnedRecord(string path, FileStream @lock, T value, JsonTypeInfo<T> json) => (_path, _lock, Value, _json) = (path, @lock, value, json);

    public T Value { get; private set; }

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public static OwnedRecord<T> Open(string folder, string name, T value, JsonTypeInfo<T> json)
    {
        var path = Path.Combine(folder, name + ".json");
        try
        {
            Directory.CreateDirectory(folder);
            var record = new OwnedRecord<T>(path, new(LockOf(path), FileMode.Create, FileAccess.ReadWrite, FileShare.None), value, json);
            record.Update(v => v);
            return record;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(path, error);
        }
    }

    /// <summary>Records whose owners are gone, each locked by the caller until disposed. Unreadable ones are left where they are and told.</summary>
    public static List<OwnedRecord<T>> TakeAbandoned(string folder, JsonTypeInfo<T> json, Action<Failure> unreadable)
    {
        if (!Directory.Exists(folder)) return [];
        var taken = new List<OwnedRecord<T>>();
        foreach (var path in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            if (TryLock(path) is not { } @lock) continue;
            try
            {
                taken.Add(new(path, @lock, JsonSerializer.Deserialize(File.ReadAllBytes(path), json)!, json));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                @lock.Dispose();
                if (File.Exists(path)) unreadable(DurableFile.Unusable(path, error).Failure); // else its owner has just closed it
            }
        }
        return taken;
    }

    public void Update(Func<T, T> change)
    {
        Value = change(Value);
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(Value, _json));
    }

    /// <summary>Nothing is left to do: the record goes.</summary>
    public void Close()
    {
        DurableFile.Delete(_path);
        File.Delete(LockOf(_path));
    }

    /// <summary>Lets go of the record without closing it: whoever comes next finds it abandoned.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // its owner lives
        }
    }

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");
}
