"""What has to hold in a store's books, by subject: each check reads a copy and says in a sentence what does not."""
