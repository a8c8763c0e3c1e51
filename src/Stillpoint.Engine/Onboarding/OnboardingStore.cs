using System.Text.Json;
using Stillpoint.Engine.Journal;
using Stillpoint.Model;

namespace Stillpoint.Engine.Onboarding;

/// <summary>The records of all VMs, held by one process at a time.</summary>
internal sealed class OnboardingStore : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _lock;

    /// <exception cref="FailureException">DataFolderUnusable; also while another onboarding runs.</exception>
    public OnboardingStore(EnginePaths paths)
    {
        _folder = Path.Combine(paths.Data, "onboarding");
        try
        {
            // Files of guests lie in it.
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _lock = new(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DurableFile.Unusable(_folder, e);
        }
    }

    /// <returns>Null: nothing was changed for it.</returns>
    /// <exception cref="FailureException">DataFolderUnusable: nobody guesses what was changed.</exception>
    public OnboardingRecord? Find(VmId vm) => Read(FileOf(vm));

    public IEnumerable<OnboardingRecord> Others(VmId vm) =>
        Directory.EnumerateFiles(_folder, "*.json").Order(StringComparer.Ordinal).Where(f => f != FileOf(vm)).Select(Read).OfType<OnboardingRecord>();

    public void Put(OnboardingRecord record)
    {
        if (record.Changes.Count == 0) DurableFile.Delete(FileOf(new(record.Vm)));
        else DurableFile.Write(FileOf(new(record.Vm)), JsonSerializer.SerializeToUtf8Bytes(record, OnboardingJson.Default.OnboardingRecord));
    }

    public void Dispose() => _lock.Dispose();

    private static OnboardingRecord? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), OnboardingJson.Default.OnboardingRecord) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw DurableFile.Unusable(file, e);
        }
    }

    private string FileOf(VmId vm) => Path.Combine(_folder, vm + ".json");
}
