using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

public sealed class PointBookTests
{
    private static readonly SeriesId Other = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000002"));

    [Fact]
    public async Task Look_SeesWhatCameAndWent()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var book = new PointBook(vault, p => p.Created);
        await book.LookAsync(null, default);
        Assert.Empty(book.Lines);

        var (first, second) = (await PutAsync(vault, TestVault.Series), await PutAsync(vault, Other));
        await book.LookAsync(null, default);
        Assert.Equal([first.Id, second.Id], book.Lines.Select(l => l.Id));
        Assert.Equal((TestVault.Series, "web", first.Rank, first.BytesStored), (book.Lines[0].Series, book.Lines[0].Label, book.Lines[0].Rank, book.Lines[0].BytesStored));

        await VaultForget.ForgetAsync(vault, [first], default);
        Assert.Null(await vault.ReadPointAsync(book.Lines[0], default));
        await book.LookAsync(null, default);
        Assert.Equal([second.Id], book.Lines.Select(l => l.Id));

        await VaultForget.UnforgetAsync(vault, first, default);
        await book.LookAsync(null, default);
        Assert.Equal([first.Id, second.Id], book.Lines.Select(l => l.Id));
        Assert.Equal(first.FindTree("vda"), (await vault.ReadPointAsync(book.Lines[0], default))!.FindTree("vda"));
    }

    [Fact]
    public async Task Look_AtSomeSeries_LeavesTheOthersAsTheyWere()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var book = new PointBook(vault, p => p.Created);
        var first = await PutAsync(vault, TestVault.Series);
        await book.LookAsync(null, default);
        var (second, third) = (await PutAsync(vault, TestVault.Series), await PutAsync(vault, Other));
        await book.LookAsync([Other], default);
        Assert.Equal([first.Id, third.Id], book.Lines.Select(l => l.Id));
        await book.LookAsync([TestVault.Series], default);
        Assert.Equal([first.Id, second.Id, third.Id], book.Lines.Select(l => l.Id));
        await VaultForget.ForgetAsync(vault, [third], default);
        await book.LookAsync([Other], default);
        Assert.Equal([first.Id, second.Id], book.Lines.Select(l => l.Id));
    }

    [Fact]
    public async Task Look_ReadsAManifestOnce_AndADamagedOneAgain()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        var (known, damaged) = (await PutAsync(vault, TestVault.Series), await PutAsync(vault, TestVault.Series));
        var whole = Spoil(test, damaged);
        var book = new PointBook(vault, p => p.Created);
        await book.LookAsync(null, default);
        Assert.Equal([known.Id], book.Lines.Select(l => l.Id));

        // What is known is not read again, and says so when it is asked for.
        Spoil(test, known);
        await File.WriteAllBytesAsync(PathOf(test, damaged), whole);
        await book.LookAsync(null, default);
        Assert.Equal([known.Id, damaged.Id], book.Lines.Select(l => l.Id));
        Assert.Null(await vault.ReadPointAsync(book.Lines[0], default));
        Assert.NotNull(await vault.ReadPointAsync(book.Lines[1], default));
    }

    private static async Task<PointInfo> PutAsync(OpenVault vault, SeriesId series)
    {
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), series, "web", null, default);
        var tree = writer.BeginTree("vda", vault.BlockSize, null);
        tree.Put(0, new byte[vault.BlockSize]);
        return await writer.CommitAsync(1, "meta"u8.ToArray(), default);
    }

    private static string PathOf(TestVault test, PointInfo point) => Path.Combine(test.Folder, "points", $"{point.Series}", $"{point.Id}");

    /// <returns>What it was.</returns>
    private static byte[] Spoil(TestVault test, PointInfo point)
    {
        var path = PathOf(test, point);
        var bytes = File.ReadAllBytes(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(path, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        return bytes;
    }
}
