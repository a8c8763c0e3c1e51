using Stillpoint.Model;

namespace Stillpoint.Vault.Tests.Crashes;

internal enum Presence
{
    /// <summary>Its commit was interrupted: it is there whole, or not at all.</summary>
    Doubtful,

    /// <summary>Seen since, but nobody said that it is safe: a power cut may still take it.</summary>
    Seen,

    /// <summary>Its commit returned.</summary>
    Sure,
}

internal enum Hiding
{
    No,

    /// <summary>A forget or its undoing was interrupted.</summary>
    Perhaps,

    Yes,
}

internal sealed class ModelPoint(PointId id, SeriesId series, byte[] content)
{
    private int _turns;

    public PointId Id => id;

    public SeriesId Series => series;

    public byte[] Content => content;

    public Presence Presence { get; set; }

    public Hiding Hiding { get; private set; }

    /// <summary>A forget or its undoing begins: until it returns nobody knows.</summary>
    public int Begin()
    {
        Hiding = Hiding.Perhaps;
        return ++_turns;
    }

    /// <returns>False: another one began meanwhile, and either may have been the last.</returns>
    public bool End(int turn, Hiding hiding)
    {
        Hiding = turn == _turns ? hiding : Hiding.Perhaps;
        return turn == _turns;
    }

    /// <summary>When it was first forgotten, store's time.</summary>
    public DateTimeOffset Forgotten { get; set; }

    /// <summary>A collection ran that may have taken it.</summary>
    public bool MayBeTaken { get; set; }
}

/// <summary>What a vault must hold, in the simplest form that can be right.</summary>
internal sealed class VaultModel
{
    public List<ModelPoint> Points { get; } = [];

    /// <summary>Passphrases that may open the vault. The first one must, unless a change of it was interrupted: then any.</summary>
    public List<string> Passphrases { get; set; } = ["p"];

    public bool FirstPassphraseIsSure { get; set; } = true;

    /// <summary>Passphrases whose removal was told as done.</summary>
    public List<string> Gone { get; } = [];

    public ModelPoint Begin(PointId id, SeriesId series, byte[] content)
    {
        var point = new ModelPoint(id, series, content);
        Points.Add(point);
        return point;
    }

    public void PowerWasCut()
    {
        foreach (var point in Points.Where(p => p.Presence == Presence.Seen)) point.Presence = Presence.Doubtful;
    }

    /// <summary>A collection begins: what is hidden, and long enough, may go at any moment from now.</summary>
    public void CollectionBegins(DateTimeOffset now, bool whateverAge)
    {
        foreach (var point in Points.Where(p => p.Hiding != Hiding.No && (whateverAge || now - p.Forgotten >= VaultForget.Kept))) point.MayBeTaken = true;
    }

    /// <summary>Compares with what the vault shows, and learns how doubtful things ended.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public string? Settle(IReadOnlyList<PointInfo> listed, IReadOnlyList<ForgottenPoint> hidden, bool powerWasCut)
    {
        foreach (var stranger in listed.Where(l => Points.All(p => p.Id != l.Id))) return $"point {stranger.Id} is visible and nobody made it";
        foreach (var point in Points.ToList())
        {
            var isListed = listed.Any(l => l.Id == point.Id);
            var isHidden = hidden.Any(h => h.Point.Id == point.Id);
            if (isListed && point.Hiding == Hiding.Yes) return $"point {point.Id} was forgotten and is listed";
            if (isHidden && point.Hiding == Hiding.No && point.Presence != Presence.Doubtful) return $"point {point.Id} is hidden and nobody forgot it";
            if (!isListed && !isHidden && point.Presence != Presence.Doubtful && !point.MayBeTaken) return $"point {point.Id} ({point.Presence}, hidden: {point.Hiding}) is lost";
            if (!isListed && !isHidden) Points.Remove(point);
            else if (point.Presence == Presence.Doubtful) point.Presence = powerWasCut ? Presence.Sure : Presence.Seen;
            if (powerWasCut && point.Hiding == Hiding.Perhaps) point.End(point.Begin(), isHidden ? Hiding.Yes : Hiding.No);
        }
        return null;
    }
}
