using Stillpoint.Model;
using Stillpoint.Vault.Tests.Life;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Saved;

public sealed class VaultSavedTests
{
    private static readonly Guid Owner = Guid.Parse("11111111-1111-4111-8111-111111111111"), Other = Guid.Parse("22222222-2222-4222-8222-222222222222");

    [Fact]
    public async Task Put_MoreThanFive_KeepsTheNewestFiveOfEachOwner()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        for (var i = 0; i < 7; i++) await PutAsync(life, vault, Owner, i);
        await PutAsync(life, vault, Other, 100);
        Assert.Equal([(Owner, 6), (Owner, 5), (Owner, 4), (Owner, 3), (Owner, 2), (Other, 100)], await ReadAllAsync(vault));
    }

    [Fact]
    public async Task Put_ClockSetBack_IsStillTheNewest()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            life.Store.Now -= TimeSpan.FromDays(i); // each earlier than the one before
            await VaultSaved.PutAsync(vault, Owner, "h", ContentOf(i), default);
        }
        Assert.Equal([5, 4, 3, 2, 1], (await ReadAllAsync(vault)).Select(r => r.Number));
    }

    [Fact]
    public async Task Put_DeathAtEveryStoreCall_TheNewestIsWholeAndOldOrNewAndTheNextTidiesUp()
    {
        var clean = await FiveAsync();
        var calls = await CallsAsync(clean.Copy());
        Assert.Equal(["put", "delete"], calls.Select(c => c.Split(' ')[0]));
        for (var at = 0; at < calls.Count; at++)
        {
            var life = clean.Copy();
            await Assert.ThrowsAsync<DeathException>(async () =>
            {
                await using var dying = await life.OpenAsync(new FaultStore(life.Store, (i, _) => i >= at ? new DeathException() : null));
                await PutAsync(life, dying, Owner, 5);
            });
            await using var vault = await life.OpenAsync();
            Assert.Equal(at == 0 ? 4 : 5, (await ReadAllAsync(vault))[0].Number);
            await PutAsync(life, vault, Owner, 6);
            var kept = (await ReadAllAsync(vault)).Select(r => r.Number).ToList();
            Assert.Equal((VaultSaved.Kept, 6), (kept.Count, kept[0]));
        }
    }

    [Fact]
    public async Task Put_StoreFull_SaysSoAndLeavesWhatWasThere()
    {
        var life = await FiveAsync();
        await using var full = await life.OpenAsync(new FaultStore(
            life.Store, (_, call) => call.StartsWith("put saved/", StringComparison.Ordinal) ? new FailureException(FailureCode.VaultFull, Stage.Store) : null));
        Assert.Equal(FailureCode.VaultFull, (await Assert.ThrowsAsync<FailureException>(() => PutAsync(life, full, Owner, 5))).Failure.Code);
        Assert.Equal([4, 3, 2, 1, 0], (await ReadAllAsync(full)).Select(r => r.Number));
    }

    [Fact]
    public async Task Read_AnyByteChanged_IsNeverOtherContent()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        var copy = await VaultSaved.PutAsync(vault, Owner, "host", ContentOf(1), default);
        var whole = life.Store.Content[copy.Name];
        for (var at = 0; at < whole.Length; at++)
        {
            var store = MemoryStore.Of(life.Store.Content);
            store.Replace(copy.Name, [.. whole.Select((b, i) => i == at ? (byte)(b ^ 0x20) : b)]);
            await using var changed = await life.OpenAsync(store);
            var e = await Assert.ThrowsAsync<FailureException>(() => VaultSaved.ReadAsync(changed, copy, default));
            Assert.True(e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer, $"byte {at}: {e.Failure}");
        }
    }

    [Fact]
    public async Task Read_AnotherCopyUnderItsName_IsDamage()
    {
        var life = await FiveAsync();
        await using var vault = await life.OpenAsync();
        var copies = await VaultSaved.ListAsync(vault, default);
        life.Store.Replace(copies[0].Name, life.Store.Content[copies[1].Name]);
        var e = await Assert.ThrowsAsync<FailureException>(() => VaultSaved.ReadAsync(vault, copies[0], default));
        Assert.Equal((FailureCode.VaultDamaged, copies[0].Name), (e.Failure.Code, e.Failure.Arguments["object"]));
    }

    [Fact]
    public async Task List_NamesThatAreNotOurs_AreLeftOut()
    {
        var life = await FiveAsync();
        // The last of them is in the year 10889: nothing could be saved after it.
        foreach (var name in new[] { "saved/x", $"saved/{Owner:D}/x", $"saved/{Owner:N}/{new string('0', 26)}", $"saved/{Owner:D}/{new string('7', 1)}{new string('z', 25)}" })
            await life.Store.TryPutAsync(name, [new byte[1]], default);
        await using var vault = await life.OpenAsync();
        Assert.Equal([4, 3, 2, 1, 0], (await ReadAllAsync(vault)).Select(r => r.Number));
    }

    [Fact]
    public async Task Verify_DamagedCopy_IsNamed()
    {
        var life = await FiveAsync();
        await using var vault = await life.OpenAsync();
        Assert.True((await VaultVerify.FullAsync(vault, null, default)).IsWhole);
        var copy = (await VaultSaved.ListAsync(vault, default))[2];
        life.Store.Replace(copy.Name, [.. life.Store.Content[copy.Name].Reverse()]);
        Assert.Equal([copy.Name], (await VaultVerify.FullAsync(vault, null, default)).Damage.Select(d => d.Arguments["object"]));
    }

    [Fact]
    public async Task Gc_LeavesTheNewestFiveAndTakesWhatADeadSaverLeft()
    {
        var life = await FiveAsync();
        await using (var dying = await life.OpenAsync(new FaultStore(life.Store, (_, call) => call.StartsWith("delete ", StringComparison.Ordinal) ? new DeathException() : null)))
            await Assert.ThrowsAsync<DeathException>(() => PutAsync(life, dying, Owner, 5));
        Assert.Equal(6, life.Count("saved/"));
        await using var vault = await life.OpenAsync();
        await VaultGc.RunAsync(vault, new(DryRun: true), default);
        Assert.Equal(6, life.Count("saved/"));
        await VaultGc.RunAsync(vault, new(Now: true), default);
        Assert.Equal([5, 4, 3, 2, 1], (await ReadAllAsync(vault)).Select(r => r.Number));
    }

    [Fact]
    public async Task Copy_TakesEachOwnersNewestWholeOne()
    {
        var life = await FiveAsync();
        await using var vault = await life.OpenAsync();
        await PutAsync(life, vault, Other, 100);
        var damaged = (await VaultSaved.ListAsync(vault, default))[0];
        life.Store.Replace(damaged.Name, [.. life.Store.Content[damaged.Name].Reverse()]);
        var twin = new MemoryStore();
        var report = await VaultCopy.RunAsync(vault, twin, null, null, default);
        Assert.Equal([damaged.Name], report.Failures.Select(f => f.Arguments["object"]));
        await using var copied = await life.OpenAsync(twin);
        Assert.Equal([(Owner, 3), (Other, 100)], await ReadAllAsync(copied));
        await PutAsync(life, vault, Owner, 7);
        Assert.Empty((await VaultCopy.RunAsync(vault, twin, null, null, default)).Failures);
        Assert.Equal([(Owner, 7), (Owner, 3), (Other, 100)], await ReadAllAsync(copied));
    }

    private static async Task<LifeVault> FiveAsync()
    {
        var life = await LifeVault.CreateAsync();
        await using var vault = await life.OpenAsync();
        for (var i = 0; i < 5; i++) await PutAsync(life, vault, Owner, i);
        return life;
    }

    private static async Task<List<string>> CallsAsync(LifeVault life)
    {
        var store = new FaultStore(life.Store, (_, _) => null);
        await using var vault = await life.OpenAsync(store);
        await PutAsync(life, vault, Owner, 5);
        return store.Calls;
    }

    private static async Task PutAsync(LifeVault life, OpenVault vault, Guid owner, int number)
    {
        life.Store.Now += TimeSpan.FromMinutes(1);
        await VaultSaved.PutAsync(vault, owner, $"host-{number}", ContentOf(number), default);
    }

    /// <summary>Every copy in the order listed; each must be what was saved under its number.</summary>
    private static async Task<List<(Guid Owner, int Number)>> ReadAllAsync(OpenVault vault)
    {
        var all = new List<(Guid, int)>();
        foreach (var copy in await VaultSaved.ListAsync(vault, default))
        {
            try
            {
                var content = (await VaultSaved.ReadAsync(vault, copy, default))!;
                var number = BitConverter.ToInt32(content.Bytes.Span);
                Assert.Equal(ContentOf(number), content.Bytes.ToArray());
                all.Add((copy.Owner, number));
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
            {
                all.Add((copy.Owner, -1));
            }
        }
        return all;
    }

    private static byte[] ContentOf(int number) => [.. BitConverter.GetBytes(number), .. TestData.Disk(2000, number)];

    private sealed class DeathException : Exception;
}
