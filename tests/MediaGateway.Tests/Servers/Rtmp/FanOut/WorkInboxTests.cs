using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class WorkInboxTests
{
    [Fact]
    public void PostedTwice_WaitsOnce()
    {
        var inbox = new WorkInbox();
        var item = new Item(1);

        Assert.True(inbox.Post(item));
        Assert.False(inbox.Post(item));

        Assert.Same(item, inbox.TakeAll());
        Assert.Null(item.Next);
        Assert.True(inbox.IsEmpty);
    }

    [Fact]
    public void Cleared_MayBePostedAgain()
    {
        var inbox = new WorkInbox();
        var item = new Item(1);
        inbox.Post(item);
        inbox.TakeAll();

        Assert.False(inbox.Post(item));
        item.ClearPosted();
        Assert.True(inbox.Post(item));
    }

    [Fact]
    public void SeveralItems_AreTakenInTheOrderOfPosting()
    {
        var inbox = new WorkInbox();
        foreach (int number in new[] { 1, 2, 3 })
        {
            inbox.Post(new Item(number));
        }

        var taken = new List<int>();
        for (WorkItem? item = inbox.TakeAll(); item is not null; item = item.Next)
        {
            taken.Add(((Item)item).Number);
        }

        Assert.Equal([1, 2, 3], taken);
    }

    private sealed class Item(int number) : WorkItem
    {
        public int Number => number;
    }
}
