using Stillpoint.TestKit;

namespace Stillpoint.Cli.Tests.Hosting;

/// <summary>The built executable, as users run it.</summary>
internal static class RealProgram
{
    // The configuration the test itself was built in.
    public static readonly string Path = Repository.PathOf(
        "artifacts", "bin", "Stillpoint.Cli", System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "stillpoint");
}
