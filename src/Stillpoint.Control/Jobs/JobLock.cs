using Stillpoint.Model;

namespace Stillpoint.Control.Jobs;

/// <summary>
/// One job at a time per name, across processes: a file in the data folder that its holder keeps locked. The kernel lets go of it however the
/// holder dies, so a dead job's lock is free and needs no cleaning. The file itself stays: removing it would let two hold "the same" lock.
/// </summary>
internal sealed class JobLock : IDisposable
{
    /// <summary>Begins names that only one job ever uses: those files do go.</summary>
    public const string UsedOnce = "job-";

    private readonly FileStream _file;

    private JobLock(FileStream file) => _file = file;

    /// <returns>Null: somebody holds it.</returns>
    public static JobLock? TryTake(DataFolder folder, string name)
    {
        var path = Path.Combine(folder.Locks, name);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (UnauthorizedAccessException e)
        {
            throw folder.Unusable(e);
        }
        catch (IOException e) when (e is DirectoryNotFoundException or PathTooLongException)
        {
            throw folder.Unusable(e);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (IOException e)
        {
            throw folder.Unusable(e);
        }
    }

    public void Dispose()
    {
        if (Path.GetFileName(_file.Name).StartsWith(UsedOnce, StringComparison.Ordinal)) File.Delete(_file.Name);
        _file.Dispose();
    }
}
