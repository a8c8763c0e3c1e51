using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Vault.Tests.Reader;

/// <summary>The reader of docs/formats/reader: another language, another author's reading of the documents.</summary>
internal static class SecondReader
{
    /// <summary>Debian's own: a Python from elsewhere does not see Debian's packages.</summary>
    private const string Python = "/usr/bin/python3";

    public static string Program => Repository.PathOf("docs", "formats", "reader", "stillpoint_reader.py");

    public static async Task NeedAsync()
    {
        Needs.Programs(Python);
        var probe = await Tool.RunAsync(Python, "-c", "import cryptography, ctypes; ctypes.CDLL('libzstd.so.1')");
        Assert.SkipUnless(probe.ExitCode == 0, "needs python3-cryptography and libzstd1 (eng/install-packages tests)");
    }

    public static Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(Python, [Program, .. arguments]);

    public static async Task<byte[]> RestoreAsync(string vault, PointInfo point, string disk, params string[] secret)
    {
        using var folder = new TempFolder();
        var output = folder["disk.raw"];
        (await RunAsync(["restore", vault, point.Id.ToString(), disk, output, .. secret])).Must();
        return await File.ReadAllBytesAsync(output);
    }
}
