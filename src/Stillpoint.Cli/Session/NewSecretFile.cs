using Stillpoint.Model;

namespace Stillpoint.Cli.Session;

/// <summary>A new file for a secret: for its owner alone from the first moment, on stable storage when written, never over another file.</summary>
internal sealed class NewSecretFile : IDisposable
{
    private readonly FileStream _file;

    private NewSecretFile(FileStream file) => _file = file;

    /// <exception cref="FailureException">TargetExists, TargetUnusable.</exception>
    public static NewSecretFile Create(string path)
    {
        try
        {
            return new(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var code = File.Exists(path) ? FailureCode.TargetExists : FailureCode.TargetUnusable;
            throw new FailureException(Failure.Of(code, Stage.Input, ("path", path)).With(new(path, e.Message)), e);
        }
    }

    public void Write(ReadOnlySpan<byte> secret)
    {
        try
        {
            _file.Write(secret);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw new FailureException(Failure.Of(FailureCode.TargetWriteFailed, Stage.Input, ("path", _file.Name)).With(new(_file.Name, e.Message)), e);
        }
    }

    /// <summary>There is no secret to keep after all.</summary>
    public void Abandon() => File.Delete(_file.Name);

    public void Dispose() => _file.Dispose();
}
